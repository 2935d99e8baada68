#!/bin/bash
# Clients that nobody here wrote on a tour through the real programs.
#
#	run.sh CACHE BIN stdio|websocket
#
# CACHE is a folder in the build tree for what npm installs; BIN holds promptd and
# promptd-mcp. 77 when npm cannot be reached.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cache=$(cd "$1" && pwd) bin=$(cd "$2" && pwd)
# shellcheck source=tests/npm.sh
. "$here/../npm.sh"
npm_setup "$here" "$cache" @modelcontextprotocol/client

work=$(mktemp -d)
trap '"$bin/promptd" agent --stop >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
cp "$here"/*.mjs "$work"
ln -s "$cache/node_modules" "$work/node_modules"
cp -r "$here/library" "$work/library"
guide=$work/library/writing/long-guide.prompt.md
sed -i '/^LINES$/d' "$guide"
seq -f 'line %g' 2000 >>"$guide"

# HOME as well: the Inspector keeps a folder there.
export HOME=$work PROMPTD_HOME=$work/promptd TOUR_LIBRARY=$work/library
# A build with sanitizers reports into files that are looked at in the end.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:log_path=$work/sanitizer"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$work/sanitizer"
"$bin/promptd" import "$work/library"
status=0
timeout 480 "$NODE" "$work/$3.mjs" "$bin" "$(realpath "$here/../../clients/examples")" || status=$?
if compgen -G "$work/sanitizer.*" >/dev/null; then
	cat "$work"/sanitizer.*
	status=1
fi
exit "$status"
