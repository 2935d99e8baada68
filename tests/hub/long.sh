#!/bin/bash
# tests/hub/long.sh SCRIPT ARGUMENTS…: one of the hub's scripts with programs built for
# release and a PostgreSQL of its own; for the rows of `./check --long`. What it keeps is
# in memory where there is room: none of this is about disks.
set -u
cd "$(dirname "$0")/../.." || exit
place=$PWD/build/release/postgres-$$
mkdir -p build/release
{
	cmake --preset release &&
		cmake --build --preset release -j "$(nproc)" --target promptd promptd-mcp promptd-hub
} >build/long.log 2>&1 || {
	cat build/long.log
	exit 1
}
trap 'tests/e2e/postgres.sh stop "$place"; rm -rf "$place" "${memory:-/nonexistent}"' EXIT
tests/e2e/postgres.sh start "$place" || exit
memory=$(mktemp -d /dev/shm/promptd-hub.XXXXXX) && export TMPDIR=$memory
script=$1
shift
"tests/hub/$script" "$PWD/build/release/bin" "$place" "$@"
