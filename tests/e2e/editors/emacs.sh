#!/bin/bash
# The Emacs package (clients/examples/emacs) in a real Emacs against a real agent:
# compiled without warnings, emacs_test.el in batch, then keys as they are typed.
#
#	emacs.sh BIN
set -uo pipefail
# shellcheck source=tests/e2e/editors/agent.sh
. "$(dirname "$0")/agent.sh"
needs emacs
needs python3
export WORK=$work
cp "$clients/emacs/promptd.el" "$work" # compiled there, not in the source tree

home_make
expectations
agent_start
emacs -Q --batch --eval '(setq byte-compile-error-on-warn t)' -f batch-byte-compile \
	"$work/promptd.el" >"$work/log" 2>&1 || fail 'it does not compile without warnings'
timeout 240 emacs -Q --batch -L "$work" -l "$here/emacs_test.el" -f ert-run-tests-batch-and-exit \
	>"$work/log" 2>&1 </dev/null || fail 'in batch'
grep '^Ran ' "$work/log"
checks=$((checks + 1))

"$here/typist.py" "$here/emacs.keys" emacs -Q -nw -L "$work" -l promptd \
	--eval '(setq make-backup-files nil auto-save-default nil)' "$work/typed" >"$work/out" ||
	fail "keys: $(cat "$work/out")"
printf '%s\nbefore\ntwo words?\nbefore\nafter\nafter' "$(cat "$work/greet-ada")" >"$work/wanted"
same 'what was typed' "$work/typed" "$work/wanted"
finish
