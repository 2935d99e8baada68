#!/bin/bash
# places.sh PROGRAMS: where the picker opens: over a full-screen window, in the middle of
# its monitor; dead keys make letters in it; a theme that cannot be read is
# told.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
for program in setxkbmap xrandr; do
	command -v "$program" >/dev/null || {
		echo "skipped: $program is not installed"
		exit 77
	}
done
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: été\n---\n[summer]' >"$work/prompts/summer.prompt.md"
printf -- '---\ntitle: winter\n---\n[winter]' >"$work/prompts/winter.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
echo '#promptd { color: ' >"$PROMPTD_HOME/config/picker.css"
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
"$bin/desktop-keys" fill XTerm || fail 'no window can fill the screen'
fills() {
	"$bin/desktop-keys" place XTerm | grep -q '^0 0 1280 800$'
}
wait_for 'the window fills the screen' fills
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
grep -q "the picker's theme" "$work/desktop.log" || fail 'a bad theme is not told'
echo 'ok a bad theme'

over() { # X Y WIDTH HEIGHT: the picker is over all, in the middle of that
	local x y width height
	"$bin/desktop-keys" press 'Control_L+Alt_L+space'
	read -r x y width height <<<"$("$bin/desktop-keys" top promptd-desktop)"
	[ -n "${height:-}" ] || fail 'the picker is not on top'
	[ $((2 * x + width)) -ge $((2 * $1 + $3 - 2)) ] &&
		[ $((2 * x + width)) -le $((2 * $1 + $3 + 2)) ] &&
		[ "$y" -ge "$2" ] && [ $((y + height)) -le $(($2 + $4)) ] ||
		fail "it is at $x,$y, $width x $height, and not in the middle of $*"
	"$bin/desktop-keys" press Escape
	"$bin/desktop-keys" free any
}
over 0 0 1280 800
echo 'ok over a full-screen window'

setxkbmap us intl || fail 'setxkbmap us intl'
# The new map reaches everybody some time after.
accent() {
	local i
	"$bin/desktop-keys" press 'Control_L+Alt_L+space dead_acute e t dead_acute e Return'
	for ((i = 0; i < 60; i++)); do
		grep -q summer "$work/out" && return
		sleep 0.05
	done
	"$bin/desktop-keys" press Escape
	"$bin/desktop-keys" free any
	return 1
}
wait_for 'a dead key makes a letter' accent
setxkbmap us
echo 'ok dead keys'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"

# A monitor that is not the whole screen. (Two of them: monitors.sh.)
mkfifo "$work/display2"
exec 7<>"$work/display2"
Xvfb -displayfd 7 -screen 0 2400x800x24 -nolisten tcp >"$work/Xvfb2.log" 2>&1 &
started+=($!)
read -r -t 60 number <&7 || fail 'the second Xvfb does not start'
export DISPLAY=:$number
start openbox2 openbox --sm-disable
"$bin/desktop-keys" manager any || fail 'openbox does not start'
# Not before there is somebody: a server begins anew when its last client leaves.
output=$(xrandr | awk '$2 == "connected" { print $1; exit }')
xrandr --setmonitor right 1200/300x800/200+1200+0 "$output" >/dev/null ||
	fail 'there are no monitors here'
start desktop2 "$bin/promptd-desktop"
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop2.log"
start right xterm -name right -geometry 20x5+1900+300
"$bin/desktop-keys" wait right >/dev/null || fail 'xterm does not come'
over 1200 0 1200 800
echo 'ok in the middle of its monitor'
