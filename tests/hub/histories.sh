#!/bin/bash
# tests/hub/histories.sh N: test_hub_histories with N histories on each database, built
# for release; for the row of `./check --long`. PostgreSQL is one of its own, and both
# keep their files in memory where there is room: nothing here is about disks.
set -u
cd "$(dirname "$0")/../.." || exit
place=$PWD/build/release/postgres
mkdir -p build/release
# SQLite comes first, and may take an hour of its own beside other work.
export POSTGRES_S=21600
tests/e2e/postgres.sh start "$place" || exit
trap 'tests/e2e/postgres.sh stop "$place"; rm -rf "${memory:-/nonexistent}"' EXIT
memory=$(mktemp -d /dev/shm/promptd-hub.XXXXXX) && export TMPDIR=$memory
scripts/fault.sh test_hub_histories "$@"
