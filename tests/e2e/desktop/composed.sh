#!/bin/bash
# composed.sh PROGRAMS: an input method of another process (ibus, by its module for GTK)
# composes in the search field: what comes of it is searched for, and none of its keys
# reaches the target.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
python=/usr/bin/python3 # the one that Debian's gi is for
if ! command -v ibus-daemon >/dev/null || ! command -v dbus-daemon >/dev/null || ! "$python" -c '
import gi
gi.require_version("IBus", "1.0")' 2>/dev/null; then
	echo 'skipped: ibus, ibus-gtk3, gir1.2-ibus-1.0 or dbus-daemon is not installed'
	exit 77
fi
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
export ASAN_OPTIONS=fast_unwind_on_malloc=0
mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: かさ\n---\n[umbrella]' >"$work/prompts/umbrella.prompt.md"
printf -- '---\ntitle: まま\n---\n[as-it-is]' >"$work/prompts/as-it-is.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
start bus dbus-daemon --session --nofork --print-address=3 3>"$work/bus"
wait_for 'a session bus' grep -q guid= "$work/bus"
read -r DBUS_SESSION_BUS_ADDRESS <"$work/bus"
# A key after another waits for what the method makes of that: a script does not.
export DBUS_SESSION_BUS_ADDRESS IBUS_ENABLE_SYNC_MODE=1
start ibus ibus-daemon --panel=disable --config=disable --emoji-extension=disable
start engine "$python" "$here/composes.py"
engine() {
	grep -q ready "$work/engine.log" && return
	kill -0 "$last" 2>/dev/null || start engine "$python" "$here/composes.py"
	return 1
}
wait_for 'the input method is there' engine
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
: >"$work/expected"

# The module connects when it gets to it: until it has, letters are letters, and find
# nothing.
composes() {
	local i
	"$bin/desktop-keys" press 'Control_L+Alt_L+space'
	"$bin/desktop-keys" top promptd-desktop >/dev/null
	"$bin/desktop-keys" press "$keys"
	for ((i = 1; i < 1200; i++)); do
		cmp -s "$work/expected" "$work/out" && return
		# Still there after 2 s it has found nothing.
		[ $((i % 40)) -eq 0 ] && "$bin/desktop-keys" into 'promptd-desktop Escape Escape' && break
		sleep 0.05
	done
	"$bin/desktop-keys" free any
	return 1
}
start desktop env GTK_IM_MODULE=ibus "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
printf '[umbrella]' >>"$work/expected"
keys='k a s a Return'
wait_for 'what is composed is searched for' composes
printf '[as-it-is]' >>"$work/expected"
keys='m a m a Return'
wait_for 'what is composed is searched for again' composes
echo 'ok ibus'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
