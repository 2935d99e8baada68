#!/bin/bash
# taken.sh PROGRAMS: a hotkey that another program has: who, as far as that can be known,
# a key that is free instead, everything else works, and it is had as soon as it is free.
# And a second promptd-desktop on one display.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$HOME/config" "$HOME/.config/sxhkd" "$work/bin"
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
cat >"$HOME/config/desktop.conf" <<-EOS
	hotkey.close = Alt+F4 -> one
	hotkey.nonsense = Super+Nonsense -> one
	menu = echo opened >>'$work/asked'; cat >/dev/null
EOS
: >"$work/asked"
# It runs, and its settings name the key.
cp "$(command -v sleep)" "$work/bin/sxhkd"
start sxhkd "$work/bin/sxhkd" 600
printf '# ctrl + alt + space\nsuper + space\n  x\nctrl + alt + space\n  rofi\n' >"$HOME/.config/sxhkd/sxhkdrc"
# 12: Control and Mod1, as X numbers them.
start rival "$bin/desktop-rival" space 12
rival=$last
wait_for 'the key is taken' grep -q 'has it' "$work/rival.log"

"$bin/promptd" desktop status >"$work/status.log" 2>&1 && fail 'it runs before it was started'
grep -q 'promptd desktop start' "$work/status.log" || fail 'nothing is said of how to start it'
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
told() {
	grep -qF -- "$1" "$work/desktop.log" || fail "it does not say: $1"
}
told "another program has Ctrl+Alt+Space: sxhkd ($HOME/.config/sxhkd/sxhkdrc:4)"
told 'This is free: hotkey = Super+Space in desktop.conf'
told 'another program has Alt+F4: '
told 'Super+Nonsense: there is no such key'
echo 'ok who has it, and what is free'

# status EXPRESSION: of its answer `a`.
status() {
	"$bin/promptd" desktop status --json | python3 -c 'import json, sys
a = json.load(sys.stdin)
k = {h["keys"]: h for h in a.get("hotkeys", [])}
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$1"
}
status "a['running'] and a['pid'] == $desktop and a['display'] == '$DISPLAY'" || fail 'status'
status 'k["Ctrl+Alt+Space"]["state"] == "taken" and "sxhkd" in k["Ctrl+Alt+Space"]["why"] and
	k["Ctrl+Alt+Space"]["free"] == "Super+Space" and k["Alt+F4"]["prompt"] == "one" and
	k["Super+Nonsense"]["state"] == "invalid"' || fail 'status of the hotkeys'
status 'a["platform"] == "x11" and a["watched_by"] == "nobody" and "Nonsense" in a["error"]' ||
	fail 'status of the rest'
[ "$(stat -c %a "$HOME/run/desktop.json")" = 600 ] || fail 'desktop.json is open to others'
"$bin/promptd" desktop >"$work/status.log" || fail 'promptd desktop'
grep -q '^hotkey *Ctrl+Alt+Space opens the picker: another program' "$work/status.log" ||
	fail "promptd desktop says: $(cat "$work/status.log")"
echo 'ok status'

# Without it everything else works.
"$bin/promptd" pick || fail 'promptd pick'
wait_for 'the menu opens by promptd pick' grep -q opened "$work/asked"
second() {
	"$bin/promptd-desktop" >"$work/second.log" 2>&1
	[ $? -eq 3 ]
}
second || fail "a second one did not end with 3"
grep -q 'runs on this display already' "$work/second.log" || fail 'the second one says nothing'
status "a['pid'] == $desktop" || fail 'the second one took the place of the first in status'
echo 'ok a second one ends'

kill "$rival"
wait "$rival" 2>/dev/null
wait_for 'the hotkey is had when it is free' status 'k["Ctrl+Alt+Space"]["state"] == "held" and
	"free" not in k["Ctrl+Alt+Space"] and k["Alt+F4"]["state"] == "taken"'
: >"$work/asked"
"$bin/desktop-keys" press Control_L+Alt_L+space
wait_for 'the menu opens by the hotkey' grep -q opened "$work/asked"
echo 'ok had when it is free'

kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
[ ! -e "$HOME/run/desktop.json" ] || fail 'desktop.json is left'
start desktop "$bin/promptd-desktop"
wait_for 'promptd-desktop is ready again' status 'a["running"]'
kill -9 "$last"
wait "$last" 2>/dev/null
! status 'a["running"]' || fail 'status says that a killed one runs'
echo 'ok killed'
