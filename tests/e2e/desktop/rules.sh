#!/bin/bash
# rules.sh PROGRAMS: which rule a window gets, as promptd desktop why shows it, and what
# comes of it: the caret is put into the text where that is no terminal, and where nothing
# may be pasted the text is left on the clipboard.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: call\n---\nf({{cursor}}é);' >"$work/prompts/call.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
printf '# mine\nwindow.plain = plain\nwindow.shut = refuse\n' >"$PROMPTD_HOME/config/desktop.conf"
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"

rows=0
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
pastes_into() { # NAME: a window of that name, which gets a rule
	start "$1" xterm -name "$1" -e sh -c "stty raw -echo; exec cat >'$work/$1.out'"
	wait_for "$1 reads" test -e "$work/$1.out"
	"$bin/desktop-keys" wait "$1" >/dev/null || fail "no window $1"
	"$bin/promptd" desktop why >"$work/why.log" || fail 'why'
	copy clipboard old
	"$bin/desktop-keys" press 'Control_L+Alt_L+space c a l l Return'
	rows=$((rows + 1))
	wait_for "the paste into $1 ends" rows_are "$rows"
}
why() { # LINE…
	local line
	for line in "$@"; do
		grep -qxF -- "$line" "$work/why.log" || fail "why does not say $line: $(cat "$work/why.log")"
	done
}
out_is() { # NAME TEXT
	[ "$(cat "$work/$1.out")" = "$2" ]
}
pastes_into usual
why 'rule window.*term, of promptd' 'key shift+insert, terminal'
wait_for 'the text is there' out_is usual 'f(é);'
holds clipboard old || fail 'the old clipboard is not back'
echo 'ok our own rule: a terminal, and no caret'
pastes_into plain
why 'rule window.plain, desktop.conf line 2' 'key shift+insert'
# Left, as a terminal tells it: é is one.
wait_for 'the caret is put there' out_is plain $'f(é);\e[D\e[D\e[D'
holds clipboard old || fail 'the old clipboard is not back'
echo 'ok a rule of the person: a plain window, and the caret'
pastes_into shut
why 'rule window.shut, desktop.conf line 3' 'key shift+insert, refuse'
wait_for 'that is told' grep -q 'Not pasted into this kind of window' "$work/desktop.log"
out_is shut '' || fail "there is $(cat "$work/shut.out")"
holds clipboard 'f(é);' || fail 'the text is not on the clipboard'
echo 'ok a rule of the person: nothing is pasted'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
