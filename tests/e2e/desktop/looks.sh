#!/bin/bash
# looks.sh PROGRAMS: light and dark, as desktop.conf or the desktop's theme says; the
# person's own colours; from right to left in a language that is written so: all of it seen
# in what is painted.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: quartz\n---\n[quartz]' >"$work/prompts/quartz.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
start xterm xterm -e sleep 600
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
conf=$PROMPTD_HOME/config/desktop.conf
theme=$PROMPTD_HOME/config/picker.css

# Beside the search field; below the rows, and below the preview on the other side.
points='4,4 20,-70 -20,-70'
looks() { # WHAT COLOURS NAME=VALUE…: the colours of these points in that environment
	local what=$1 colours=$2 seen
	shift 2
	start desktop env "$@" "$bin/promptd-desktop"
	wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
	"$bin/desktop-keys" press Control_L+Alt_L+space
	# shellcheck disable=SC2086
	seen=$(ASAN_OPTIONS=detect_leaks=0 "$bin/desktop-shot" "$work/picker.png" $points) ||
		fail "$what: there is nothing to be seen"
	[ "$(echo $seen)" = "$colours" ] || fail "$what: the colours are" $seen
	"$bin/desktop-keys" press Escape
	"$bin/desktop-keys" free any || fail 'the keyboard is not back'
	kill "$last"
	wait "$last" || fail "promptd-desktop ended with status $?"
	echo "ok $what"
}
light='#ffffff #ffffff #f7f8fa'
dark='#1f2127 #1f2127 #1a1c21'
looks 'light by itself' "$light"
looks 'dark on a dark desktop' "$dark" GTK_THEME=Adwaita:dark
echo 'picker.colours = dark' >"$conf"
looks 'dark as one said' "$dark"
echo 'picker.colours = light' >"$conf"
looks 'light on a dark desktop, as one said' "$light" GTK_THEME=Adwaita:dark
echo '@define-color promptd_bg #123456; #promptd .preview { background: #654321; }' >"$theme"
looks 'colours of one'"'"'s own' '#123456 #123456 #654321'
rm "$conf" "$theme"
# GTK asks its translations which way they are written.
if [ -e /usr/share/locale/he/LC_MESSAGES/gtk30.mo ]; then
	looks 'from right to left' '#ffffff #f7f8fa #ffffff' LANGUAGE=he
else
	echo 'not tried from right to left: GTK has no translations here'
fi
