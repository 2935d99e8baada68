#!/bin/bash
# The VS Code extension without VS Code: lint, types, its client against a real
# agent, and the package.
#
#	vscode_unit.sh CACHE BIN
#
# CACHE is the folder in the build tree for what npm installs; BIN holds promptd.
# 77 when npm cannot be reached.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
mkdir -p "$1"
cache=$(cd "$1" && pwd) bin=$(cd "$2" && pwd)
# shellcheck source=tests/npm.sh
. "$root/tests/npm.sh"
# shellcheck source=tests/e2e/editors/vscode_build.sh
. "$here/vscode_build.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

vscode_setup "$root" "$cache"
vscode_build "$root" "$cache" "$work"
# A build with sanitizers reports into files that are looked at in the end.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:log_path=$work/sanitizer"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$work/sanitizer"
cd "$work/extension"
PROMPTD_BIN=$bin TMPDIR=$work timeout 120 npm --loglevel=error test
if compgen -G "$work/sanitizer.*" >/dev/null; then
	cat "$work"/sanitizer.*
	exit 1
fi
left=$(find "$work" -maxdepth 1 -name 'promptd-*')
[ -z "$left" ] || {
	echo "tests left behind: $left"
	exit 1
}
vscode_package "$work"
