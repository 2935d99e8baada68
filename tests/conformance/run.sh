#!/bin/bash
# The official MCP conformance suite against promptd-conformance behind the bridge.
#
#	run.sh CACHE [scenario...] -- PROGRAM [argument...]
#
# CACHE is a folder in the build tree for what npm installs; PROGRAM is the server.
# The results go into ./results, which is emptied first. Without scenarios all of
# scenarios.txt run. Ends with "N passed, N failed, N skipped"; not zero when one
# failed, 77 when npm cannot be reached.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=$1
shift
scenarios=()
while [ "$1" != -- ]; do
	scenarios+=("$1")
	shift
done
shift
# shellcheck source=tests/npm.sh
. "$here/../npm.sh"
npm_setup "$here" "$cache" @modelcontextprotocol/conformance

results=$PWD/results
rm -rf "$results"
mkdir -p "$results"

suite() {
	local revision=$1
	shift
	timeout 300 "$NODE" "$cache/node_modules/@modelcontextprotocol/conformance/dist/index.js" \
		server --url "$url" -o "$results/$revision" "$@" \
		>>"$results/$revision.log" 2>&1 || :
}

# A build with sanitizers reports into files that are looked at in the end.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:log_path=$results/sanitizer"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$results/sanitizer"

: >"$results/bridge.out" # looked at before the bridge may have begun
"$NODE" "$here/bridge.mjs" -- "$@" >"$results/bridge.out" 2>"$results/bridge.err" &
bridge=$!
trap 'kill "$bridge" 2>/dev/null || :; wait "$bridge" 2>/dev/null || :' EXIT
for _ in $(seq 100); do
	url=$(sed -n 's/^listening on //p' "$results/bridge.out")
	[ -n "$url" ] && break
	kill -0 "$bridge"
	sleep 0.1
done
[ -n "$url" ] || { echo 'the bridge did not start'; exit 1; }

# A requirement set runs in one go; the skills extension belongs to none.
grep -E '^[0-9]' "$here/scenarios.txt" >"$results/wanted"
if [ ${#scenarios[@]} -eq 0 ]; then
	suite 2025-11-25 --requirements 2025-11-25
	suite 2026-07-28 --requirements 2026-07-28
	one_by_one=$(grep ' sep-2640' "$results/wanted")
else
	pattern=$(printf '%s\n' "${scenarios[@]}" | sed 's/.*/ &$/')
	grep -E "$pattern" "$results/wanted" >"$results/some"
	mv "$results/some" "$results/wanted"
	one_by_one=$(cat "$results/wanted")
fi
while read -r revision scenario; do
	suite "$revision" --scenario "$scenario" --spec-version "$revision" --force
done <<<"$one_by_one"

"$NODE" "$here/summary.mjs" "$results" "$results/wanted" || exit

kill "$bridge"
wait "$bridge" || :
if compgen -G "$results/sanitizer.*" >/dev/null; then
	cat "$results"/sanitizer.*
	exit 1
fi
