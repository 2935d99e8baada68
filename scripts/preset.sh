#!/bin/sh
# scripts/preset.sh PRESET [ctest arguments…]: build one preset and run its tests.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j "$(nproc)"
exec ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure "$@"
