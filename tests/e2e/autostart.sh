#!/bin/bash
# The agent is started by who needs the library and finds none: commands and
# promptd-mcp. Nobody waits for it, nobody fails with it, and `autostart` counts.
# That one was begun is seen by its log, which is made before the command ends.
#
#	autostart.sh DIRECTORY-OF-PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
bin=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-autostart.XXXXXX")
export HOME=$work/home LC_ALL=C.UTF-8
unset PROMPTD_HOME PROMPTD_AUTOSTART XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
export XDG_RUNTIME_DIR=$work/run
promptd=$bin/promptd
state=$HOME/.local/state/promptd
log=$state/agent.log
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR"
finish() {
	"$promptd" agent --stop >/dev/null 2>&1
	[ -z "${sleeper:-}" ] || kill "$sleeper" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# Wait until it runs, as the commands do who were told to start it.
comes() {
	local i
	for ((i = 0; i < 600; i++)); do
		"$promptd" agent --status >/dev/null && return
		sleep 0.1
	done 2>/dev/null
	fail "$1: no agent came: $(cat "$log")"
}

agent_pid() { # nothing where none runs
	"$promptd" agent --status --json | sed -n 's/.*"pid":\([0-9]*\).*/\1/p'
}

# No agent runs, and none did since.
none() {
	"$promptd" agent --stop >/dev/null || fail "agent --stop"
	rm -f "$log"
}
begun() {
	[ -e "$log" ] || fail "$1: none was started"
}
not_begun() {
	[ ! -e "$log" ] || fail "$1: one was started"
}

initialize='{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}'
server() { # DIRECTORY: promptd-mcp there answers one request
	"$1/promptd-mcp" <<<"$initialize" 2>"$work/notes" | grep -q '"id":0,"result"' ||
		fail "promptd-mcp does not answer: $(cat "$work/notes")"
}

part "a command that opened the library starts one"
"$promptd" import --starter >/dev/null 2>&1 || fail "import"
begun import
comes import
first=$("$promptd" list)
none
out=$("$promptd" list 2>&1) || fail "list"
[ "$out" = "$first" ] || fail "list says something else when it starts an agent: $out"
begun list
comes list

part "whoever only looks, and help, start none"
for words in status doctor config "agent --status" "help list" --version ""; do
	none
	# shellcheck disable=SC2086
	"$promptd" $words >/dev/null 2>&1
	not_begun "promptd $words"
done

part "promptd-mcp starts one"
none
server "$bin"
begun promptd-mcp
comes promptd-mcp

part "autostart = no"
none
mkdir -p "$HOME/.config/promptd"
echo 'autostart = no' >"$HOME/.config/promptd/promptd.conf"
"$promptd" list >/dev/null
server "$bin"
not_begun "autostart = no"
PROMPTD_AUTOSTART=yes "$promptd" list >/dev/null
begun PROMPTD_AUTOSTART=yes
comes PROMPTD_AUTOSTART=yes
none
rm "$HOME/.config/promptd/promptd.conf"
PROMPTD_AUTOSTART=no "$promptd" list >/dev/null
PROMPTD_AUTOSTART=no server "$bin"
not_begun PROMPTD_AUTOSTART=no
echo 'autostart = perhaps' >"$HOME/.config/promptd/promptd.conf"
server "$bin"
not_begun "settings that cannot be read"
rm "$HOME/.config/promptd/promptd.conf"

part "a home of trials has none"
PROMPTD_HOME=$work/trial "$promptd" import --starter >/dev/null
PROMPTD_HOME=$work/trial server "$bin"
[ ! -e "$work/trial/state/agent.log" ] || fail "one was started in PROMPTD_HOME"

part "of many at once one stays"
none
for _ in 1 2 3 4; do
	"$promptd" list >/dev/null &
	server "$bin" &
done
wait
comes "many at once"
pid=$(agent_pid)
for ((i = 0; i < 600; i++)); do
	grep -q "pid=$pid event=agent.started" "$log" && break
	sleep 0.1
done
[ "$(grep -c 'event=agent.started' "$log")" = 1 ] || fail "not one started: $(cat "$log")"
grep -q "pid=$pid event=agent.started" "$log" || fail "another one than started answers"

part "where one runs none is started"
rm "$log"
"$promptd" list >/dev/null
server "$bin"
not_begun "one runs"

part "what a killed one left is no obstacle"
for ((i = 0; i < 600; i++)); do
	pid=$(agent_pid) && [ -n "$pid" ] || break
	kill -9 "$pid"
	sleep 0.1
done
[ -S "$XDG_RUNTIME_DIR/promptd/agent.sock" ] || fail "no dead socket to try with"
"$promptd" list >/dev/null || fail "list"
begun "a dead socket"
comes "a dead socket"

part "nobody waits for one that does not come"
none
mkdir "$work/slow"
cp "$promptd" "$work/slow/promptd.real"
cp "$bin/promptd-mcp" "$work/slow"
cat >"$work/slow/promptd" <<END
#!/bin/sh
echo \$\$ >"$work/sleeper"
exec sleep 600
END
chmod +x "$work/slow/promptd"
for program in "server $work/slow" "$work/slow/promptd.real list"; do
	rm -f "$work/sleeper"
	$program >"$work/out" || fail "$program"
	while [ ! -s "$work/sleeper" ]; do sleep 0.05; done
	sleeper=$(cat "$work/sleeper")
	kill -0 "$sleeper" || fail "$program waited"
	kill "$sleeper"
	sleeper=
done

part "a home that cannot be written, or no program: what was asked is done"
rm -f "$log"
out=$(XDG_STATE_HOME=/dev/null/none "$promptd" list 2>&1) || fail "list: $out"
[ "$out" = "$first" ] || fail "list without a home says: $out"
XDG_STATE_HOME=/dev/null/none server "$bin"
grep -q 'no agent' "$work/notes" || fail "promptd-mcp does not say it: $(cat "$work/notes")"
rm "$work/slow/promptd"
server "$work/slow"
out=$("$work/slow/promptd.real" list 2>&1) || fail "list: $out"
[ "$out" = "$first" ] || fail "list without the program says: $out"
not_begun "no program"

verdict
