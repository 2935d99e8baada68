#!/bin/sh
# scripts/fault.sh PROGRAM ARGUMENTS…: build one program of the tests for release and
# run it; for the rows of `./check --long`.
set -eu
cd "$(dirname "$0")/.."
cmake --preset release >build/fault.log 2>&1
cmake --build --preset release -j "$(nproc)" --target "$1" promptd promptd-mcp >>build/fault.log 2>&1 || {
	cat build/fault.log
	exit 1
}
program=build/release/bin/$1
shift
exec "$program" "$@"
