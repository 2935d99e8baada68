#!/bin/bash
# monitors.sh PROGRAMS: two monitors, of different size, on a server whose outputs come and
# go: the picker opens on the one with the focus, over a window that fills it, follows when
# its monitor is unplugged, and is as large as the desktop's scale says from one moment to the
# next.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
command -v Xtigervnc >/dev/null || {
	echo 'skipped: tigervnc-standalone-server is not installed'
	exit 77
}
unmanaged=yes
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

# Xvfb has one output, and GTK knows no monitor without one of its own.
mkfifo "$work/display2"
exec 7<>"$work/display2"
start Xtigervnc Xtigervnc -displayfd 7 -geometry 1024x768 -depth 24 -rfbport -1 \
	-rfbunixpath "$work/vnc" -SecurityTypes None -nolisten tcp -noreset
read -r -t 60 number <&7 || fail 'Xtigervnc does not start'
export DISPLAY=:$number
manage openbox
mkfifo "$work/monitors"
exec 6<>"$work/monitors"
"$here/monitors.py" "$work/vnc" <&6 >"$work/monitors.log" 2>&1 &
started+=($!)
asked=0
monitors() { # WIDTHxHEIGHT+X+Y…
	echo "$*" >&6
	asked=$((asked + 1))
	wait_for "the monitors are $*" eval '[ "$(grep -c "^done" "$work/monitors.log")" -eq "$asked" ]'
}
wait_for 'the monitors can be plugged in' grep -qs ready "$work/monitors.log"
both='1024x768+0+0 1280x800+1024+0'
monitors "$both"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: quartz\n---\n[quartz]' >"$work/prompts/quartz.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
mkfifo "$work/scales"
exec 8<>"$work/scales"
"$bin/desktop-settings" <&8 >"$work/settings.log" 2>&1 &
started+=($!)
wait_for 'the settings are there' grep -qs ready "$work/settings.log"
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"

within() { # X Y WIDTH HEIGHT: the picker is on top, all of it there, in the middle
	local x y width height
	read -r x y width height <<<"$("$bin/desktop-keys" top promptd-desktop)"
	[ -n "${height:-}" ] && [ "$x" -ge "$1" ] && [ $((x + width)) -le $(($1 + $3)) ] &&
		[ "$y" -ge "$2" ] && [ $((y + height)) -le $(($2 + $4)) ] &&
		[ $((2 * x + width)) -ge $((2 * $1 + $3 - 4)) ] &&
		[ $((2 * x + width)) -le $((2 * $1 + $3 + 4)) ]
}
opens() { # X Y WIDTH HEIGHT WHERE: at once, in the first place
	"$bin/desktop-keys" press Control_L+Alt_L+space
	within "$1" "$2" "$3" "$4" ||
		fail "it is at $("$bin/desktop-keys" top promptd-desktop) $5, not within $1 $2 $3 $4"
	"$bin/desktop-keys" press Escape
	"$bin/desktop-keys" free any || fail 'the keyboard is not back'
	echo "ok $5"
}
window() { # NAME OPTIONS…: has the focus
	start "$1" xterm -name "$@"
	"$bin/desktop-keys" wait "$1" >/dev/null || fail "no window $1"
}
window left -geometry 20x5+100+100
opens 0 0 1024 768 'on the left'
window right -geometry 20x5+2000+500
opens 1024 0 1280 800 'on the right'
window full -geometry 20x5+1500+100
"$bin/desktop-keys" fill full || fail 'no window can fill its monitor'
fills() {
	"$bin/desktop-keys" place full | grep -q '^1024 0 1280 800$'
}
wait_for 'a window fills the right' fills
opens 1024 0 1280 800 'over a window that fills the right'
"$bin/desktop-keys" focus "$("$bin/desktop-keys" seen left)"
"$bin/desktop-keys" wait left >/dev/null || fail 'left has no focus'
opens 0 0 1024 768 'on the left again'

# Unplugged while it is open there.
"$bin/desktop-keys" focus "$("$bin/desktop-keys" seen right)"
"$bin/desktop-keys" wait right >/dev/null || fail 'right has no focus'
"$bin/desktop-keys" press Control_L+Alt_L+space
within 1024 0 1280 800 || fail 'it does not open on the right'
monitors 1024x768+0+0
wait_for 'it comes to the monitor that is left' within 0 0 1024 768
"$bin/desktop-keys" press Escape
"$bin/desktop-keys" free any || fail 'the keyboard is not back'
echo 'ok unplugged while it is open'
opens 0 0 1024 768 'on the monitor that is left'
monitors "$both"
"$bin/desktop-keys" focus "$("$bin/desktop-keys" seen left)"
opens 0 0 1024 768 'with the second one back'

# Twice as large, from now on, and back.
size() {
	local width
	"$bin/desktop-keys" press Control_L+Alt_L+space
	read -r _ _ width _ <<<"$("$bin/desktop-keys" top promptd-desktop)"
	"$bin/desktop-keys" press Escape
	"$bin/desktop-keys" free any || fail 'the keyboard is not back'
	echo "$width"
}
monitors 2560x1600+0+0
once=$(size)
is_scaled() {
	[ "$(size)" -eq $(($1 * once)) ]
}
echo 2 >&8
wait_for 'it is twice as large' is_scaled 2
echo 1 >&8
wait_for 'it is as large as before' is_scaled 1
echo 'ok another scale'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
