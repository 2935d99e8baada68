#!/bin/bash
# watched.sh PROGRAMS [COUNT [MILLISECONDS]]: the agent watches over promptd-desktop. The
# X server is killed and started again COUNT times; each time the hotkey opens the menu
# again (with MILLISECONDS: within that time, which only a machine with nothing else to
# do can be held to). And sessions that come later, displays that are not there, one that
# was started by hand, one that is told to end.
set -uo pipefail
bin=$(realpath "$1")
count=${2:-3} limit=${3:-}
for program in Xvfb python3; do
	command -v "$program" >/dev/null || {
		echo "skipped: $program is not installed"
		exit 77
	}
done
unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR XAUTHORITY DISPLAY PROMPTD_PLATFORM
work=$(mktemp -d)
export PROMPTD_HOME=$work/home HOME=$work/home LC_ALL=C.UTF-8
mkdir -p "$HOME/config" "$work/prompts"
server='' agent='' hand=''
cleanup() {
	[ -z "$agent$hand" ] || kill $agent $hand 2>/dev/null
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
fail() {
	echo "FAILED: $1"
	tail -n 15 "$work/agent.log"
	exit 1
}
wait_for() { # TEXT COMMAND…
	local what=$1 i
	shift
	for ((i = 0; i < 1200; i++)); do
		"$@" && return
		sleep 0.05
	done
	fail "in a minute: $what"
}
# A server that says when it is there. Its number is none that other tests' servers
# choose, which count from 0: while it is away nobody else may have it.
mkfifo "$work/display"
exec 9<>"$work/display"
number=$((20000 + $$ % 30000))
server_start() {
	local said
	Xvfb ":$number" -displayfd 9 -screen 0 640x480x24 -nolisten tcp \
		>"$work/Xvfb.log" 2>&1 &
	server=$!
	read -r -t 60 said <&9 && [ "$said" = "$number" ] || fail 'Xvfb does not start'
}
server_kill() {
	kill -9 "$server"
	wait "$server" 2>/dev/null
	server=''
}
agent_start() { # VARIABLES…
	env PROMPTD_AUTOSTART=yes "$@" "$bin/promptd" agent --foreground 2>>"$work/agent.log" &
	agent=$!
	wait_for 'the agent runs' eval '"$bin/promptd" agent --status >/dev/null 2>&1'
}
agent_stop() {
	kill "$agent"
	wait "$agent" || fail "the agent ended with $?"
	agent=''
}
pid() { # of promptd-desktop; "none" when it does not run
	"$bin/promptd" desktop status --json 2>/dev/null | python3 -c 'import json, sys
print(json.load(sys.stdin).get("pid", "none"))'
}
runs() {
	[ "$(pid)" != none ]
}
asked() {
	stat -c %s "$work/asked"
}
hotkey_opens() {
	"$bin/desktop-keys" press Control_L+Alt_L+space 2>/dev/null
	[ "$(asked)" -gt "$before" ]
}
works() { # WHEN: the hotkey opens the menu
	before=$(asked)
	wait_for "the hotkey works $1" hotkey_opens
}
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
PROMPTD_AUTOSTART=no "$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'import'
echo "menu = echo opened >>'$work/asked'; false" >"$HOME/config/desktop.conf"
: >"$work/asked"
: >"$work/agent.log"

# --- The display dies --------------------------------------------------------------------
server_start
export DISPLAY=:$number
agent_start
works 'at first'
late=0 worst=0
times=()
for ((n = 0; n < count; n++)); do
	server_kill
	server_start
	began=${EPOCHREALTIME/./}
	works 'after the server was started again'
	took=$(((${EPOCHREALTIME/./} - began) / 1000))
	times+=("$took")
	[ "$took" -le "$worst" ] || worst=$took
	[ "$took" -le "${limit:-$took}" ] || late=$((late + 1))
done
median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$(((count + 1) / 2))p")
echo "ok $count restarts of the display: hotkey after $median ms (median), $worst ms (worst)"
[ "$late" -eq 0 ] || fail "$late of $count were later than $limit ms"

# --- It dies ------------------------------------------------------------------------------
first=$(pid)
kill -9 "$first"
another() {
	[ "$(pid)" != none ] && [ "$(pid)" != "$first" ]
}
wait_for 'it comes back after kill -9' another
works 'after kill -9'
"$bin/promptd" desktop | grep -q 'watched over by agent' || fail 'who watches over it?'
echo 'ok killed'

# --- Told to end, it stays away; told to start, it comes ------------------------------------
"$bin/promptd" desktop stop || fail 'stop'
runs && fail 'it runs after stop'
"$bin/promptd" desktop start >/dev/null || fail 'start'
works 'after stop and start'
first=$(pid)
"$bin/promptd" desktop restart >/dev/null || fail 'restart'
another || fail 'restart did not'
agent_stop
runs && fail 'it runs after the agent ended'
rm "$HOME/run/session.json"
echo 'ok stop, start, restart'

# --- One by hand: two are never at work, and when it ends the agent's takes its place -------
"$bin/promptd-desktop" 2>>"$work/agent.log" &
hand=$!
wait_for 'the one by hand runs' runs
agent_start
wait_for 'the second one ended' grep -q 'event=desktop.ended .*status=3' "$work/agent.log"
[ "$(pid)" = "$hand" ] || fail 'the second one stayed'
first=$hand
kill "$hand"
wait "$hand" 2>/dev/null
hand=''
wait_for "the agent's takes its place" another
agent_stop
echo 'ok one by hand'

# --- Displays that are not there --------------------------------------------------------------
server_kill
agent_start
runs && fail 'it runs without a display'
server_start
works 'with a display that came later'
agent_stop
echo 'ok the display comes later'
agent_start DISPLAY=
runs && fail 'it runs though no display is named'
"$bin/promptd" desktop start >/dev/null || fail 'start in a session that came later'
works 'in a session that came later'
"$bin/promptd" desktop start | grep -q "process $(pid)," || fail 'started twice'
DISPLAY='' "$bin/promptd" desktop start 2>/dev/null && fail 'start without a display'
agent_stop
rm "$HOME/run/session.json"
echo 'ok the session comes later'

# --- Not wished ---------------------------------------------------------------------------------
agent_start PROMPTD_AUTOSTART=no
"$bin/promptd" agent --status >/dev/null || fail 'the agent'
sleep 0.5
runs && fail 'it was started though nobody wished it'
agent_stop
echo 'ok not wished'
