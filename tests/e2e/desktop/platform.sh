#!/bin/bash
# platform.sh PROGRAMS: which platform is taken, and what happens without a display.
set -uo pipefail
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PROMPTD_HOME=$work/home HOME=$work/home PROMPTD_AUTOSTART=no LC_ALL=C.UTF-8
unset DISPLAY PROMPTD_PLATFORM DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR
mkdir -p "$work/prompts" "$work/home/config"
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/log" 2>&1 || exit

says() { # STATUS TEXT COMMAND…
	local status=$1 text=$2
	shift 2
	"$@" >"$work/log" 2>&1 </dev/null
	local got=$?
	if [ "$got" -ne "$status" ] || ! [[ "$(cat "$work/log")" == *"$text"* ]]; then
		echo "FAILED: $*: status $got, expected $status and \"$text\":"
		cat "$work/log"
		exit 1
	fi
}
desktop=$bin/promptd-desktop
says 0 'promptd-desktop ' "$desktop" --version
says 0 'usage: promptd-desktop' "$desktop" --help
says 2 'usage: promptd-desktop' "$desktop" word
says 2 '' "$desktop" --nonsense
# To stay without a display is nothing; who watches over it learns that from its end.
says 1 'there is no display, so' "$desktop"
says 1 'there is no display, so' env PROMPTD_PLATFORM=none DISPLAY=:0 "$desktop"
# Asked once, there is still a platform; it has no windows and no clipboard.
says 0 'no window has the keyboard' "$desktop" --why
says 0 'no window has the keyboard' env PROMPTD_PLATFORM=none DISPLAY=:0 "$desktop" --why
says 1 'no X display ":77777"' env PROMPTD_PLATFORM=x11 DISPLAY=:77777 "$desktop" --why
says 1 'there is no platform "beos" here' env PROMPTD_PLATFORM=beos "$desktop" --why
says 0 'Nothing was pasted' "$desktop" --pick --menu='head -n 1'
says 0 'Nothing was pasted' "$bin/promptd" pick --menu='head -n 1'
says 1 'there is no display' env -u WAYLAND_DISPLAY "$bin/promptd" pick
# A menu that is not there, that chooses nothing, that chooses what is not there.
says 0 'The menu cannot be started' "$desktop" --pick --menu=there-is-no-such-menu
says 0 '' "$desktop" --pick --menu=false
[ ! -s "$work/log" ] || { echo "FAILED: closing the menu said: $(cat "$work/log")"; exit 1; }
says 0 'There is no prompt \"nowhere' "$desktop" --pick --menu='echo nowhere'
# Settings: a mistake is told with its line.
echo 'hotkey.a = Super+R' >"$work/home/config/desktop.conf"
says 1 'desktop.conf:1: expected: hotkey.NAME = KEYS -> PROMPT' "$desktop" --why
# No library yet.
rm -r "${work:?}/home"
says 0 'There is no library yet' "$desktop" --pick --menu='head -n 1'
[ ! -e "$work/home/data" ] || { echo 'FAILED: looking made a library'; exit 1; }
echo 'ok'
