#!/bin/bash
# menus.sh PROGRAMS: other people's menus in place of our own picker: what is chosen in each
# is pasted into the window that had the keyboard, and one that is closed without a choice
# leaves all as it was.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
for program in dmenu rofi fzf; do
	command -v "$program" >/dev/null || {
		echo "skipped: $program is not installed"
		exit 77
	}
done
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts"
for name in quartz jigsaw; do
	printf -- '---\ntitle: %s\n---\n[%s]' "$name" "$name" >"$work/prompts/$name.prompt.md"
done
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
start xterm xterm -name sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait sink >/dev/null || fail 'xterm does not come'
: >"$work/expected"
out_is() {
	cmp -s "$work/expected" "$work/out"
}
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
begin() { # MENU
	start desktop env TERMINAL='xterm -name menu' "$bin/promptd-desktop" --menu="$1"
	desktop=$last
	wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
}
opens() { # COMMAND…: that waits until it is there
	"$bin/desktop-keys" press Control_L+Alt_L+space
	"$@" || fail "the menu does not open: $*"
}
rows=0
pasted() { # TEXT MENU
	printf '%s' "$1" >>"$work/expected"
	rows=$((rows + 1))
	wait_for "what was chosen in $2 ends" rows_are "$rows"
	wait_for "what was chosen in $2 is pasted" out_is
}
closed() { # MENU: without a choice
	"$bin/desktop-keys" free any || fail "the keyboard is not back after $1"
	"$bin/desktop-keys" wait sink >/dev/null || fail "the focus is not back after $1"
	"$bin/desktop-keys" press x
	printf x >>"$work/expected"
	wait_for "the window has the keyboard after $1" out_is
	kill "$desktop"
	wait "$desktop" || fail "promptd-desktop ended with status $?"
	echo "ok $1"
}

# They take the keyboard for themselves, and do what is pressed in its order.
grabs() { # CLASS
	"$bin/desktop-keys" top "$1" >/dev/null && "$bin/desktop-keys" taken any
}
for menu in dmenu rofi; do
	begin "$menu"
	opens grabs "${menu/rofi/Rofi}"
	"$bin/desktop-keys" press 'j i g s a w Return'
	pasted '[jigsaw]' "$menu"
	opens grabs "${menu/rofi/Rofi}"
	"$bin/desktop-keys" press Escape
	closed "$menu"
done

# In a terminal of its own, and it throws away what was pressed before it was ready: the
# first row is what is used most.
pressed() { # KEY: until the terminal is gone, and not into what is behind it
	"$bin/desktop-keys" seen menu >/dev/null || return 0
	"$bin/desktop-keys" into "menu $1"
	sleep 0.2
	return 1
}
in_terminal() {
	"$bin/desktop-keys" wait menu >/dev/null
}
refusals() {
	grep -c 'another window has the keyboard' "$work/desktop.log"
}
# Its window has the focus, and the window manager may be slow to give that back: then the
# text is not pasted, which is told, and the person does it again.
chosen() {
	local before
	before=$(refusals)
	opens in_terminal
	wait_for 'fzf takes Return' pressed Return
	rows=$((rows + 1))
	wait_for 'the choice in fzf ends' rows_are "$rows"
	wait_for 'it is pasted, or told' eval 'out_is || [ "$(refusals)" -gt "$before" ]'
	out_is
}
begin fzf
printf '[jigsaw]' >>"$work/expected"
wait_for 'what was chosen in fzf is pasted' chosen
opens in_terminal
wait_for 'fzf takes Escape' pressed Escape
closed fzf
