#!/bin/bash
# lock.sh PROGRAMS: a locked screen shows nothing, whoever locked it: logind, a desktop's
# screen saver, a program that only takes keyboard and pointer. A bus that hangs delays
# nothing.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
command -v dbus-daemon >/dev/null || {
	echo 'skipped: dbus-daemon is not installed'
	exit 77
}
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$HOME/config"
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
# Each opening leaves a line; the menu stays until it is ended.
cat >"$HOME/config/desktop.conf" <<-EOS
	menu = echo opened >>'$work/asked'; sleep 600
EOS
: >"$work/asked"

bus() { # VARIABLE: a bus of its own, its address in that variable
	mkfifo "$work/$1"
	exec 7<>"$work/$1" # what is written stays until it is read
	start "bus-$1" dbus-daemon --session --nofork --print-address=7
	read -r -t 60 "${1?}" <&7 || fail "no bus for $1"
	exec 7<&-
	export "${1?}"
}
bus DBUS_SYSTEM_BUS_ADDRESS
bus DBUS_SESSION_BUS_ADDRESS
mkfifo "$work/happens"
exec 8<>"$work/happens"
"$bin/desktop-locker" <&8 >"$work/locker.log" 2>&1 &
locker=$!
started+=("$locker")
wait_for 'the lockers are there' grep -q ready "$work/locker.log"

start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
said() { # COUNT TEXT: the log has it so often
	[ "$(grep -c -- "$2" "$work/desktop.log")" -eq "$1" ]
}
opened=0
opens() { # WHAT: the hotkey opens the menu, which is then closed
	local menu
	"$bin/desktop-keys" press Control_L+Alt_L+space
	opened=$((opened + 1))
	wait_for "the menu opens $1" eval '[ "$(wc -l <"$work/asked")" -eq "$opened" ]'
	wait_for 'the menu runs' eval 'pgrep -P "$desktop" >/dev/null'
	menu=$(pgrep -P "$desktop")
	kill -- "-$menu"
	wait_for 'the menu is gone' eval '! pgrep -P "$desktop" >/dev/null'
	echo "ok opens $1"
}
refused=0
stays() { # WHAT: it does not
	"${@:2}"
	refused=$((refused + 1))
	wait_for "it is refused $1" said "$refused" desktop.not_shown
	[ "$(wc -l <"$work/asked")" -eq "$opened" ] || fail "the menu opened $1"
	echo "ok stays closed $1"
}
press() {
	"$bin/desktop-keys" press Control_L+Alt_L+space
}
opens 'before'

echo 'hint 1' >&8
wait_for 'logind locks' said 1 locked=1
stays 'when logind says locked' press
stays 'when logind says locked, by a command' "$bin/promptd" pick
echo 'hint 0' >&8
wait_for 'logind unlocks' said 1 locked=0
opens 'after logind unlocked'

echo 'active 1' >&8
wait_for 'the screen saver locks' said 2 locked=1
stays 'with the screen saver' press
echo 'active 0' >&8
wait_for 'the screen saver unlocks' said 2 locked=0
opens 'after the screen saver'

# What is open makes room: with a menu open no locker gets the keyboard.
press
opened=$((opened + 1))
wait_for 'the menu opens' eval '[ "$(wc -l <"$work/asked")" -eq "$opened" ]'
wait_for 'the menu runs' eval 'pgrep -P "$desktop" >/dev/null'
menu=$(pgrep -P "$desktop")
echo lock >&8
wait_for 'the menu ends' eval '! pgrep -g "$menu" >/dev/null'
opens 'after a lock that nobody did'

# A screen saver that crashes locks no more; one that is found locked does.
echo 'active 1' >&8
wait_for 'the screen saver locks again' said 3 locked=1
kill "$locker"
wait_for 'nobody locks any more' said 3 locked=0
opens 'after the screen saver ended'

# i3lock, slock and xtrlock tell nobody.
start rival "$bin/desktop-rival" locker
wait_for 'the keyboard is taken' grep -q 'has it' "$work/rival.log"
stays 'with keyboard and pointer taken' "$bin/promptd" pick
kill "$last"
wait "$last" 2>/dev/null
opens 'after that'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"

# Buses that take connections and say nothing.
start hung python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(50)
print("hangs", flush=True)
time.sleep(600)' "$work/hung"
wait_for 'the bus hangs' grep -q hangs "$work/hung.log"
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$work/hung DBUS_SESSION_BUS_ADDRESS=unix:path=$work/hung
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
opens 'beside buses that hang'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
echo 'ok a bus that hangs'
