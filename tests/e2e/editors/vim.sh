#!/bin/bash
# The Vim plugin (clients/examples/vim) in a real Vim against a real agent: vim_test.vim
# inside of it, over the socket and over promptd-mcp, then keys as they are typed.
#
#	vim.sh BIN
set -uo pipefail
# shellcheck source=tests/e2e/editors/agent.sh
. "$(dirname "$0")/agent.sh"
needs vim
needs python3
vim --version | grep '+channel' >/dev/null || {
	echo 'skipped: this vim was built without channels; vim-nox has them'
	exit 77
}
export WORK=$work
plugin=$work/vim # for `helptags` writes into it
editor=(vim --clean -n --cmd 'set encoding=utf-8 loadplugins' --cmd "set runtimepath^=$plugin")

# On a terminal, for there popups take keys.
inside() { # ARGUMENTS...
	rm -f "$work/results"
	: >"$work/nothing.keys"
	"$here/typist.py" "$work/nothing.keys" "${editor[@]}" "$@" -S "$here/vim_test.vim" \
		>"$work/out" || fail "$(cat "$work/results") $(tail -c 2000 "$work/out")"
	grep 'tests, ' "$work/results" || fail "$(cat "$work/results")"
	checks=$((checks + 1))
}

cp -r "$clients/vim" "$plugin"
vim --clean -es --cmd "helptags $plugin/doc" -c qa || fail 'helptags'
home_make
expectations
agent_start
inside
inside --cmd "let g:promptd_transport = 'job'"

"$here/typist.py" "$here/vim.keys" "${editor[@]}" "$work/typed" >"$work/out" ||
	fail "keys: $(cat "$work/out")"
printf 'before\n%s\n%s\nafter\n' "$(cat "$work/greet-ada")" "$(cat "$work/two")" >"$work/wanted"
same 'what was typed' "$work/typed" "$work/wanted"
finish
