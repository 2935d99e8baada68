#!/bin/sh
# scripts/desktop.sh SCRIPT ARGUMENTS…: build the desktop for release and run a script of
# tests/e2e/desktop with it; for the rows of `./check --long`.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
cmake --preset release >build/desktop.log 2>&1
cmake --build --preset release -j "$(nproc)" --target promptd promptd-desktop desktop-helpers \
	>>build/desktop.log 2>&1 || {
	cat build/desktop.log
	exit 1
}
script=$1
shift
exec "tests/e2e/desktop/$script.sh" build/release/bin "$@"
