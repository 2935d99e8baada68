#!/bin/bash
# run.sh [NAME…]: build for release and run the benchmarks (bench_NAME; all of them
# without a name), one JSON line a figure on standard output. The library holds
# BENCH_ROWS prompts (10,000). Beside promptd-mcp run a floor that copies prepared
# bytes and, where node and npm are at hand, a server made with the Node SDK.
# Runs for minutes; quote a figure only with its neighbours of the same line.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD bin=$PWD/build/release/bin
export BENCH_ROWS=${BENCH_ROWS:-10000}
export BENCH_DIR=${BENCH_DIR:-$root/build/bench}
export BENCH_FLOOR_FILE=$BENCH_DIR/answer

cmake --preset release >&2
cmake --build --preset release -j "$(nproc)" --target promptd promptd-mcp benches >&2
rm -rf "${BENCH_DIR:?}/home" "$BENCH_DIR/prompts" "$BENCH_DIR"/*.db*
mkdir -p "$BENCH_DIR"

ours="promptd-mcp=$bin/promptd-mcp"
floor="floor=$bin/bench-floor $BENCH_FLOOR_FILE"
ledger="floor-ledger=$bin/bench-floor-ledger $BENCH_FLOOR_FILE $BENCH_DIR/floor-ledger.db"
peer=()
# Any node will do here, so npm.sh's own search for one does not decide.
(. tests/npm.sh && npm_setup "$root/tests/bench/peer" "$BENCH_DIR/peer" @modelcontextprotocol/sdk) >&2 || :
# Beside its modules, for that is where Node looks for them.
cp tests/bench/peer/*.mjs "$BENCH_DIR/peer/"
if command -v node >&2 && [ -d "$BENCH_DIR/peer/node_modules/@modelcontextprotocol/sdk" ]; then
	peer=("node-sdk=node $BENCH_DIR/peer/server.mjs $BENCH_DIR/prompts")
else
	echo 'bench: no Node SDK server to measure beside' >&2
fi
ws=()
[ ! -d "$BENCH_DIR/peer/node_modules/ws" ] || ws=("ws=node $BENCH_DIR/peer/echo.mjs")

wanted() {
	[ "$#" -eq 1 ] || [[ " ${*:2} " == *" $1 "* ]]
}
# The hub is measured on both of its databases, where PostgreSQL is installed.
postgres() {
	tests/e2e/postgres.sh "$1" "$root/build/release/postgres" >&2
}
# Others need the library that the import makes.
"$bin/bench_import" "promptd=$bin/promptd" >"$BENCH_DIR/import.json"
export PROMPTD_HOME=$BENCH_DIR/home
for program in "$bin"/bench_*; do
	name=${program##*/bench_}
	wanted "$name" "$@" || continue
	case $name in
	import) cat "$BENCH_DIR/import.json" ;;
	pipeline) "$program" "$ours" "$floor" "$ledger" "${peer[@]}" ;;
	spawn | latency | memory | wakeups) "$program" "$ours" "$floor" "${peer[@]}" ;;
	paste)
		command -v xvfb-run >/dev/null || {
			echo 'bench: no xvfb-run to paste in' >&2
			continue
		}
		xvfb-run -a "$program"
		;;
	agent) "$program" "${ws[@]}" ;;
	hub | hub_search)
		trap 'postgres stop' EXIT
		postgres start || echo 'bench: no PostgreSQL for the hub' >&2
		"$program"
		postgres stop
		;;
	*) "$program" ;;
	esac
done
