#!/bin/bash
# mended.sh PROGRAMS: the rows of promptd doctor that are there with a display: each is
# seen broken, what it says is done as it stands there, and it is content again.
set -u # doctor ends with 1 where something fails: no pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(realpath "$1")
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
failures=0
PATH=$bin:$PATH
# shellcheck source=tests/e2e/doctor_rows.sh
. "$here/../doctor_rows.sh"
end_agent() {
	promptd agent --stop >/dev/null 2>&1
	cleanup
}
trap end_agent EXIT
mkdir -p "$HOME/config"
promptd import --starter >"$work/import.log" 2>&1 || fail 'import'

content display && content rules || fail 'nothing is wrong with them'
mended hotkey warn 'promptd-desktop does not run'
promptd desktop status --json | grep -q '"state":"held"' || fail 'the hotkey is not held'
# Nothing is wrong without a clipboard manager, and nothing with one.
content clipboard || fail 'clipboard'
start keeper "$bin/desktop-rival" manager
wait_for 'somebody keeps what is copied' grep -q 'has it' "$work/keeper.log"
promptd desktop restart >"$work/restart.log" || fail 'restart'
row clipboard ok 'keeps what is copied' >/dev/null && content clipboard || fail 'with a keeper'
echo 'ok clipboard'

printf '# mine\nwindow.xterm = terminals\n' >"$HOME/config/desktop.conf"
row rules fail 'desktop.conf:2: windows have no "terminals"' | grep -q 'correct that line' ||
	fail 'rules'
printf '# mine' >"$HOME/config/desktop.conf"
content rules || fail 'rules are mended'
echo 'ok rules'

# A key that no keyboard has: the others work.
printf 'hotkey.odd = Ctrl+Nonsense -> code-review\n' >"$HOME/config/desktop.conf"
promptd desktop restart >"$work/restart.log" || fail 'restart'
row hotkey warn 'there is no such key' | grep -q 'choose other keys' || fail 'no such key'
printf '# mine' >"$HOME/config/desktop.conf"
promptd desktop restart >"$work/restart.log" || fail 'restart'
content hotkey || fail 'hotkey is mended'
echo 'ok hotkey'

# It runs where one does not sit.
mkfifo "$work/display2"
exec 7<>"$work/display2"
start Xvfb2 Xvfb -displayfd 7 -screen 0 640x480x24 -nolisten tcp -noreset
read -r -t 60 number <&7 || fail 'the second Xvfb does not start'
here_display=$DISPLAY
export DISPLAY=:$number
mended hotkey warn 'runs on another display'
export DISPLAY=$here_display
promptd desktop restart >"$work/restart.log" || fail 'restart'

promptd desktop stop || fail 'stop'
start rival "$bin/desktop-rival" space 12
wait_for 'the key is taken' grep -q 'has it' "$work/rival.log"
promptd desktop start >"$work/start.log" 2>&1 || fail 'start'
mended hotkey warn 'another program has Ctrl+Alt+Space'
grep -qx 'hotkey = Super+Space' "$HOME/config/desktop.conf" || fail 'the advice did something else'
promptd doctor >"$work/doctor.log" || fail "in the end: $(cat "$work/doctor.log")"
[ "$failures" = 0 ] || exit 1
