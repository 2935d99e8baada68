#!/bin/sh
# The hub's pages in Debian's Chromium, built and installed first; for the row of
# `./check --long`. Pictures are kept in build/check/hub.
set -eu
cd "$(dirname "$0")/../.."
scripts/deps.sh vscode
mkdir -p build/check/hub
cmake --preset release >build/check/hub.log 2>&1
cmake --build --preset release -j "$(nproc)" --target promptd promptd-hub >>build/check/hub.log 2>&1 || {
	cat build/check/hub.log
	exit 1
}
exec tests/hub/chromium.py build/release/bin build/check/hub
