#!/bin/bash
# picker.sh PROGRAMS [BATCHES]: our own picker, by its keys, over a real xterm under a real window
# manager: what is typed at once after the hotkey is searched for and never reaches the
# target, also when promptd-desktop gets to it only later; Enter pastes, Escape leaves all
# as it was.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
for name in quartz jigsaw; do
	printf -- '---\ntitle: %s\n---\n[%s]' "$name" "$name" >"$work/prompts/$name.prompt.md"
done
printf -- '---\ntitle: dear\ninputs:\n  who: {required: true}\n---\ndear {{who}}' \
	>"$work/prompts/dear.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
# What opens a person's files.
mkdir "$work/bin"
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >"%s.new"; mv "%s.new" "%s"\n' "$work/opened" "$work/opened" \
	"$work/opened" >"$work/bin/xdg-open"
chmod +x "$work/bin/xdg-open"
start desktop env PATH="$work/bin:$PATH" "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
: >"$work/expected"
out_is() {
	cmp -s "$work/expected" "$work/out"
}
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}

# All keys in one batch: the picker cannot be there yet when the last is pressed.
pasted=0
pastes() { # TEXT WHAT KEYS…
	printf '%s' "$1" >>"$work/expected"
	local what=$2
	shift 2
	"$bin/desktop-keys" press "$*"
	wait_for "$what" out_is
	pasted=$((pasted + 1))
	wait_for "$what ends" rows_are "$pasted"
	echo "ok $what"
}
# What is pressed waits at the server until promptd-desktop goes on.
stopped_pastes() {
	kill -STOP "$desktop" # before who lets it go on: "0.0" may be sooner than this shell
	(
		sleep "0.$((RANDOM % 5))"
		kill -CONT "$desktop"
	) &
	pastes "$@"
}
for ((i = 0; i < ${2:-8}; i += 4)); do
	pastes '[quartz]' 'keys typed at once after the hotkey' \
		Control_L+Alt_L+space q u a r t z Return
	pastes '[jigsaw]' 'keys after a change of mind' \
		Control_L+Alt_L+space q u BackSpace BackSpace j i g Return
	stopped_pastes '[quartz]' 'keys typed while it is stopped' \
		Control_L+Alt_L+space q u a r t z Return
	stopped_pastes '[jigsaw]' 'keys after a change of mind while it is stopped' \
		Control_L+Alt_L+space q u BackSpace BackSpace j i g Return
done
pastes 'dear bob' 'a form' Control_L+Alt_L+space d e a r Return b o b Return
# Escape, and the hotkey a second time: closed, and the target has its keyboard.
for keys in 'q Escape' 'q Control_L+Alt_L+space'; do
	"$bin/desktop-keys" press "Control_L+Alt_L+space $keys"
	"$bin/desktop-keys" free any || fail "the keyboard is not back after $keys"
	"$bin/desktop-keys" press x
	printf 'x' >>"$work/expected"
	wait_for 'the keyboard is back' out_is
	echo "ok closed by $keys"
done
# Called again with the Return of the last choice still down: the key of that paste would go
# to the picker. The text is not lost, which is told at once, and the next one is pasted.
"$bin/desktop-keys" press 'Control_L+Alt_L+space q u a r t z'
"$bin/desktop-keys" down Return
"$bin/desktop-keys" press 'Control_L+Alt_L+space j i g'
"$bin/desktop-keys" up Return
wait_for 'it is told' grep -q 'Not pasted: .* on the clipboard' "$work/desktop.log"
pasted=$((pasted + 1))
wait_for 'the first choice ends' rows_are "$pasted"
holds clipboard '[quartz]' || fail 'the text is not on the clipboard'
pastes '[jigsaw]' 'called again with Return down' Return

# Its file, which is no matter of the picker's any more.
"$bin/desktop-keys" press 'Control_L+Alt_L+space q u a r t z Control_L+e'
wait_for 'the file is opened' test -e "$work/opened"
[ "$(cat "$work/opened")" = "$work/prompts/quartz.prompt.md" ] || fail "opened: $(cat "$work/opened")"
"$bin/desktop-keys" press Escape
"$bin/desktop-keys" free any || fail 'the keyboard is not back'
echo 'ok its file'
kill "$desktop" || fail 'promptd-desktop has ended'
wait "$desktop" || fail "promptd-desktop ended with status $?"
