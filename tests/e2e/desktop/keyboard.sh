#!/bin/bash
# keyboard.sh PROGRAMS: the hotkey and the paste with locks on, on other layouts, with
# keys held down, and beside a hotkey that another program has.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
command -v setxkbmap >/dev/null || {
	echo 'skipped: setxkbmap is not installed'
	exit 77
}
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: one\n---\nλ' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
# Openbox has Alt+F4; the others work all the same.
cat >"$PROMPTD_HOME/config/desktop.conf" <<-EOS
	hotkey.taken = Alt+F4 -> one
	hotkey.direct = Super+r -> one
	menu = touch '$work/asked'; head -n 1
EOS
start xterm xterm -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
start desktop "$bin/promptd-desktop"
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
wait_for 'the taken hotkey is told' grep -q 'another program has Alt+F4' "$work/desktop.log"

pastes=0
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
paste() { # KEYS WHAT
	"$bin/desktop-keys" press "$1"
	pastes=$((pastes + 1))
	wait_for "a paste with $2" rows_are "$pastes"
	is_there "$2"
	echo "ok $2"
}
is_there() { # WHAT: xterm has it before it hands it on; λ is two bytes
	wait_for "the text is there with $1" eval '[ "$(tr -d r <"$work/out" | wc -c)" -ge $((2 * pastes)) ]'
	[ "$(tr -d r <"$work/out")" = "$(printf 'λ%.0s' $(seq "$pastes"))" ] ||
		fail "with $1 there is $(cat "$work/out")"
}
paste Control_L+Alt_L+space 'no lock'
"$bin/desktop-keys" press Num_Lock
"$bin/desktop-keys" press Caps_Lock
paste Control_L+Alt_L+space 'Num and Caps Lock'
paste Super_L+r 'a hotkey of its own'
"$bin/desktop-keys" press Caps_Lock
# Modifiers where others do not have them: locks are told by what the server calls them.
if command -v xmodmap >/dev/null; then
	xmodmap -e 'add mod3 = Scroll_Lock' || fail 'no modifier for Scroll Lock'
	paste Control_L+Alt_L+space 'a modifier for Scroll Lock'
	"$bin/desktop-keys" press Scroll_Lock
	paste Control_L+Alt_L+space 'Scroll Lock'
	paste Super_L+r 'Scroll Lock, a hotkey of its own'
	"$bin/desktop-keys" press Scroll_Lock
	xmodmap -e 'clear mod3' -e 'clear mod4' -e 'add mod3 = Super_L' || fail 'no other modifier'
	letters() {
		tr -cd r <"$work/out" | wc -c
	}
	moved() { # the new map reaches everybody some time after: until then it is a letter
		local i before
		before=$(letters)
		"$bin/desktop-keys" press Super_L+r
		for ((i = 0; i < 1200 && $(letters) == before; i++)); do
			rows_are "$((pastes + 1))" && return
			sleep 0.05
		done
		return 1
	}
	wait_for 'Super is another modifier' moved
	pastes=$((pastes + 1))
	paste Super_L+r 'Super as the third modifier'
	setxkbmap us
else
	echo 'not tried with other modifiers: xmodmap is not installed'
fi
for layout in de fr ru gr; do
	setxkbmap "$layout" 2>/dev/null || fail "setxkbmap $layout"
	# The new map reaches everybody some time after: a paste shows that it has.
	paste Control_L+Alt_L+space "layout $layout"
done
setxkbmap us dvorak || fail 'setxkbmap us dvorak'
paste Control_L+Alt_L+space 'layout dvorak'
paste Super_L+r 'a letter of dvorak'
setxkbmap -layout us,ru -option grp:menu_toggle || fail 'setxkbmap us,ru'
paste Control_L+Alt_L+space 'two layouts, the first'
"$bin/desktop-keys" press ISO_Next_Group
paste Control_L+Alt_L+space 'two layouts, the second'
"$bin/desktop-keys" press ISO_Next_Group
setxkbmap -option ''
setxkbmap us

# A modifier held down: no menu could take the keyboard, and nothing is pressed with it.
rm -f "$work/asked"
"$bin/desktop-keys" down Control_L
"$bin/desktop-keys" press Alt_L+space
sleep 0.3
[ ! -e "$work/asked" ] || fail 'the menu opened while a key was held down'
"$bin/desktop-keys" up Control_L
pastes=$((pastes + 1))
wait_for 'a paste after the key was let go' rows_are "$pastes"
is_there 'a key that was held'
echo 'ok a key that was held'
