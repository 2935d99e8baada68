#!/bin/bash
# notice.sh PROGRAMS: what the person is told reaches the notification service, also as
# the last word of a program; one that hangs, or none at all, delays nothing for long.
set -uo pipefail
bin=$1
command -v dbus-daemon >/dev/null || {
	echo 'skipped: dbus-daemon is not installed'
	exit 77
}
work=$(mktemp -d)
export PROMPTD_HOME=$work/home HOME=$work/home LC_ALL=C.UTF-8 PROMPTD_PLATFORM=none
unset DISPLAY XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS
mkdir -p "$HOME"
bus='' service=''
cleanup() {
	kill $service $bus 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
fail() {
	echo "FAILED: $1"
	exit 1
}
wait_for() { # TEXT FILE
	local i
	for ((i = 0; i < 1200; i++)); do
		grep -qF -- "$1" "$2" 2>/dev/null && return
		sleep 0.05
	done
	fail "in a minute there is no \"$1\" in $(cat "$2")"
}
# Something to be told of: there is no library.
told='There is no library yet'
tell() {
	"$bin/promptd-desktop" --pick --menu=false 2>"$work/log" || fail "it ended with $?"
	grep -qF "$told" "$work/log" || fail 'it is not in the log'
}
serve() {
	: >"$work/service"
	"$bin/desktop-notified" "$@" >"$work/service" 2>&1 &
	service=$!
	wait_for ready "$work/service"
}
tell
echo 'ok without a bus'
mkfifo "$work/address"
dbus-daemon --session --nofork --print-address=3 3>"$work/address" 2>"$work/bus.log" &
bus=$!
read -r DBUS_SESSION_BUS_ADDRESS <"$work/address"
export DBUS_SESSION_BUS_ADDRESS
tell
echo 'ok without a service'
serve
tell
wait_for "$told" "$work/service"
echo 'ok with one'
kill "$service"
wait "$service" 2>/dev/null
serve hang
tell
wait_for "$told" "$work/service"
echo 'ok with one that hangs'
