#!/bin/bash
# screenshots.sh PROGRAMS FOLDER: a picture of every state of the picker, as docs/images has
# them. Made by pressing keys, so it also shows that every state can be come to.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
out=$2
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
mkdir -p "$out" "$PROMPTD_HOME/data" "$PROMPTD_HOME/config"
"$bin/desktop-library" "$PROMPTD_HOME/data" || fail 'no library'
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'

begin() { # NAME=VALUE…: promptd-desktop in that environment
	start desktop env "$@" "$bin/promptd-desktop"
	wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
}
end() {
	kill "$last"
	wait "$last" || fail "promptd-desktop ended with status $?"
}
shot() { # NAME KEYS: what is to be seen after these keys
	"$bin/desktop-keys" press "Control_L+Alt_L+space $2"
	"$bin/desktop-shot" "$out/picker-$1.png" || fail "no picture $1"
	"$bin/desktop-keys" press 'Escape Escape Escape'
	"$bin/desktop-keys" free any || fail 'the keyboard is not back'
	echo "ok $1"
}
begin
shot recents ''
shot results 'r e v'
shot empty 'z z z z'
shot offline 's q l'
form='c o d e space r e v Tab'
diff='minus space i f space parenleft n space Shift_L+period space m a x parenright'
shot form "$form Tab Right Tab Tab Tab $diff"
shot values "$form Tab Control_L+Down"
shot error "$form Tab Tab BackSpace BackSpace x Return"
shot details 'c o d e space r e v Control_L+i'
end
echo 'picker.colours = dark' >"$PROMPTD_HOME/config/desktop.conf"
begin
shot dark 'r e v'
shot dark-form "$form Tab Right Tab Tab Tab $diff"
end
: >"$PROMPTD_HOME/config/desktop.conf"
begin LANGUAGE=he
shot right-to-left 'End'
end
# Twice the size on a screen twice as large.
"$bin/desktop-keys" free any
mkfifo "$work/display2"
exec 7<>"$work/display2"
Xvfb -displayfd 7 -screen 0 2560x1600x24 -nolisten tcp >"$work/Xvfb2.log" 2>&1 &
started+=($!)
read -r -t 60 number <&7 || fail 'the second Xvfb does not start'
export DISPLAY=:$number
start openbox2 openbox --sm-disable
"$bin/desktop-keys" manager any || fail 'openbox does not start'
begin GDK_SCALE=2
shot hidpi 'r e v'
end
