#!/bin/bash
# held.sh PROGRAMS: what was selected and what was copied, as values of a form, only for a
# prompt that asks for them and only where one sees them (a password manager's is not taken:
# tests/keys). And a text that was not pasted stays on the clipboard until somebody copies.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
cat >"$work/prompts/both.prompt.md" <<-EOS
	---
	title: both
	inputs:
	  selected: {source: selection}
	  copied: {source: clipboard}
	---
	<{{selected}}|{{copied}}>
EOS
printf -- '---\ntitle: quartz\n---\n[quartz]' >"$work/prompts/quartz.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
xterm=$last
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"

: >"$work/expected"
rows=0
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
# Enter does nothing while the values are not there to be seen, so it is pressed again, as
# long as the picker is there: behind it the window would get it. And an owner that says
# nothing for a third of a second is not waited for: then the picker is called again.
fills_in() { # KEYS…
	local i
	"$bin/desktop-keys" press "Control_L+Alt_L+space $*"
	"$bin/desktop-keys" top promptd-desktop >/dev/null || fail 'the picker does not open'
	for ((i = 0; i < 1200; i++)); do
		cmp -s "$work/expected" "$work/out" && return
		if [ "$i" -eq 240 ] && "$bin/desktop-keys" into 'promptd-desktop Escape Escape Escape'; then
			"$bin/desktop-keys" free any
			return 1
		fi
		[ $((i % 40)) -ne 0 ] || "$bin/desktop-keys" into 'promptd-desktop Return'
		sleep 0.05
	done
	return 1
}
pastes() { # TEXT KEYS…
	printf '%s' "$1" >>"$work/expected"
	shift
	wait_for 'the text is there' fills_in "$@"
	rows=$((rows + 1))
	wait_for 'the paste ends' rows_are "$rows"
}
copy primary 'Grüße'
copy clipboard 'two
lines'
# xterm makes a Return of each newline; lines into a terminal are asked about first.
pastes $'<Grüße|two\rlines>' b o t h Return
holds primary 'Grüße' && holds clipboard 'two
lines' || fail 'what was copied is not back'
echo 'ok the selection and the clipboard'

# Copied only, the text stays, for everybody, until somebody copies.
"$bin/desktop-keys" press 'Control_L+Alt_L+space q u a r t z Control_L+Return'
rows=$((rows + 1))
wait_for 'it is copied' rows_are "$rows"
holds clipboard '[quartz]' && holds clipboard '[quartz]' || fail 'the text is not on the clipboard'
holds primary 'Grüße' || fail 'the selection is another'
pastes '<Grüße|[quartz]>' b o t h Return
holds clipboard '[quartz]' || fail 'the text is not on the clipboard any more'
echo 'ok copied only'

# Pasted and kept: it is there and on the clipboard; what was selected is back.
copy clipboard older
printf '[quartz]' >>"$work/expected"
"$bin/desktop-keys" press 'Control_L+Alt_L+space q u a r t z Alt_L+Return'
wait_for 'the text is there' cmp -s "$work/expected" "$work/out"
rows=$((rows + 1))
wait_for 'the paste ends' rows_are "$rows"
holds clipboard '[quartz]' || fail 'the text is not on the clipboard'
holds primary 'Grüße' || fail 'the selection is another'
echo 'ok pasted and kept'

# The window goes away with the choice made.
"$bin/desktop-keys" press 'Control_L+Alt_L+space q u a r t z'
"$bin/desktop-keys" top promptd-desktop >/dev/null || fail 'the picker does not open'
copy clipboard older
kill "$xterm"
wait "$xterm" 2>/dev/null
gone() {
	! "$bin/desktop-keys" seen XTerm >/dev/null
}
wait_for 'the window is gone' gone
"$bin/desktop-keys" press Return
rows=$((rows + 1))
wait_for 'it is refused' rows_are "$rows"
wait_for 'that is told' grep -q 'another window has the keyboard' "$work/desktop.log"
holds clipboard '[quartz]' || fail 'the text is not on the clipboard'
copy clipboard newer
holds clipboard newer || fail 'it is not given up'
echo 'ok not pasted'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
