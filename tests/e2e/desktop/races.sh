#!/bin/bash
# races.sh PROGRAMS [RUNS]: another window takes the keyboard at a random instant
# between the choice and the paste. The text goes to the window that had it when the
# menu was called, or nowhere, and then it is on the clipboard and the person is told.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1 runs=${2:-8}
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts"
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
start sink xterm -name sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
sink=$("$bin/desktop-keys" wait sink) || fail 'the window does not come'
start thief xterm -name thief -e sh -c "stty raw -echo; exec cat >'$work/stolen'"
thief=$("$bin/desktop-keys" wait thief) || fail 'the other window does not come'
start desktop "$bin/promptd-desktop" --menu="touch '$work/asked'; head -n 1; sleep 0.01"
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
hotkey_opens() {
	local i
	"$bin/desktop-keys" press Control_L+Alt_L+space
	for ((i = 0; i < 1500; i++)); do
		[ -e "$work/asked" ] && return 0
		sleep 0.01
	done
	return 1
}
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
counted() { # what is pasted xterm has before it hands it on
	refused=$(grep -c 'another window has the keyboard' "$work/desktop.log")
	pasted=$(wc -c <"$work/out")
	[ $((refused + pasted)) -ge "$run" ]
}
for ((run = 1; run <= runs; run++)); do
	rm -f "$work/asked"
	"$bin/desktop-keys" focus "$sink"
	"$bin/desktop-keys" wait sink >/dev/null || fail 'the keyboard does not come back'
	wait_for 'the menu opens' hotkey_opens
	sleep "0.0$((RANDOM % 3))"
	"$bin/desktop-keys" focus "$thief"
	wait_for "run $run ends" rows_are "$run"
	[ ! -s "$work/stolen" ] || fail "run $run: pasted into the wrong window"
	wait_for "run $run comes to something" counted
	[ $((refused + pasted)) -eq "$run" ] || fail "run $run: $pasted pasted, $refused refused"
done
echo "$runs runs: $pasted pasted, $refused refused, 0 into the wrong window"
