#!/bin/bash
# The Neovim plugin (clients/examples/nvim) in a real Neovim against a real agent:
# nvim_test.lua inside of it, then keys as they are typed, with Neovim's own questions.
#
#	nvim.sh BIN
set -uo pipefail
# shellcheck source=tests/e2e/editors/agent.sh
. "$(dirname "$0")/agent.sh"
needs nvim
needs python3
export WORK=$work NVIM_LOG_FILE=$work/log
plugin=$clients/nvim

editor() {
	timeout 240 nvim --headless --clean -n --cmd "set runtimepath^=$plugin" "$@"
}

home_make
expectations
agent_start
editor -c "luafile $here/nvim_test.lua" >"$work/out" 2>&1 </dev/null ||
	fail "$(cat "$work/out")"
grep 'tests, ' "$work/out"
checks=$((checks + 1))

"$here/typist.py" "$here/nvim.keys" nvim --clean -n --cmd "set runtimepath^=$plugin" \
	"$work/typed" >"$work/out" || fail "keys: $(cat "$work/out")"
printf 'before\n%s\n%s\nafter\n' "$(cat "$work/greet-ada")" "$(cat "$work/two")" >"$work/wanted"
same 'what was typed' "$work/typed" "$work/wanted"
finish
