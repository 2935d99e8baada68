#!/bin/bash
# What the agent writes down and what is kept of it: levels that change while it runs,
# `promptd log`, a log that stays small, the last error in `promptd status`, upkeep.
#
#	agent_log.sh PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
export PROMPTD_AUTOSTART=no LC_ALL=C.UTF-8
promptd=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-log.XXXXXX")
export PROMPTD_HOME=$work/home
unset XDG_RUNTIME_DIR JOURNAL_STREAM
conf=$PROMPTD_HOME/config/promptd.conf
log=$PROMPTD_HOME/state/agent.log
finish() {
	"$promptd" agent --stop >/dev/null 2>&1
	[ -z "${follower:-}" ] || kill "$follower" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

says() { # EXPRESSION: of status --json as `a`
	"$promptd" status --json | python3 -c 'import json, sys
a = json.load(sys.stdin)
sys.exit(not eval(sys.argv[1]))' "$1"
}

talk() { # what it answers to a message on the unix socket
	python3 -c 'import json, os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(os.environ["PROMPTD_HOME"] + "/run/agent.sock")
s.settimeout(60)
lines = s.makefile("r")
for message in sys.argv[1:]:
    s.sendall(message.encode() + b"\n")
    print(lines.readline(), end="")' \
		'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}' "$@"
}

part "no log, and no last error, before there was an agent"
"$promptd" log >/dev/null 2>&1
[ $? = 3 ] || fail "log without a log"
says 'a["last_error"] is None and not a["agent"]["running"]' || fail "status before"

part "the level is what promptd.conf says now"
"$promptd" import --starter >/dev/null || fail import
PROMPTD_TEST_UPKEEP_MS=20 "$promptd" agent >/dev/null || fail agent
until_so grep -q 'level=info .*event=agent.started' "$log"
talk >/dev/null || fail talk
! grep -q level=debug "$log" || fail "debug at level info"
mkdir -p "${conf%/*}"
echo 'log_level = debug' >"$conf"
until_so grep -q 'event=agent.settings log_level=debug' "$log"
talk >/dev/null || fail talk
until_so grep -q 'level=debug .*event=clients.unix n=1' "$log"

part "upkeep comes by itself"
until_so grep -q 'event=agent.upkeep' "$log"

part "a setting that cannot be read is told, and the one before stays"
echo 'log_level = loud' >"$conf"
until_so says '"promptd.conf:1: log_level must be one of" in a["last_error"]["why"]'
says 'a["last_error"]["event"] == "agent.settings" and a["last_error"]["time"].endswith("Z")' ||
	fail "last error"
"$promptd" status | grep -q '^last error  20.* agent.settings: .*promptd.conf:1:' || fail "status"
echo 'log_level = warn' >"$conf.new"
mv "$conf.new" "$conf" # as editors do
quiet() { # no more debug lines
	local before
	before=$(grep -c level=debug "$log")
	talk >/dev/null
	[ "$before" = "$(grep -c level=debug "$log")" ]
}
until_so quiet

part "promptd log: so many lines, of a level and worse"
[ "$("$promptd" log --lines 2 | wc -l)" = 2 ] || fail "--lines 2"
"$promptd" log | diff - <(tail -50 "$log") || fail "the end of the log"
[ "$("$promptd" log --level warn -n 1000)" = "$(grep 'level=warn' "$log")" ] || fail "--level warn"
"$promptd" log --level error | grep . && fail "--level error"
"$promptd" log --level debug | grep -q level=debug || fail "--level debug"
"$promptd" log --json | python3 -c 'import json, sys
a = json.load(sys.stdin)
assert a["lines"] and a["file"].endswith("/agent.log"), a' || fail "--json"
for wrong in "--level loud" "--lines 0" "--follow --json"; do
	# shellcheck disable=SC2086
	"$promptd" log $wrong >/dev/null 2>&1
	[ $? = 2 ] || fail "log $wrong"
done

part "a large log is turned, and who follows it goes on"
"$promptd" log --follow --lines 1 >"$work/followed" &
follower=$!
until_so test -s "$work/followed"
"$(command -v python3)" -c 'print(("x" * 99 + "\n") * 11000, end="")' >>"$log"
echo 'wrong' >"$conf"
until_so test -e "$log.1"
until_so test "$(stat -c %s "$log.1")" -ge 1100000
[ "$(stat -c %a "$log.1" "$log" | sort -u)" = 600 ] || fail "open to others"
until_so says '"promptd.conf:1: expected: name = value" in a["last_error"]["why"]'
echo 'log_level = info' >"$conf"
until_so grep -q 'event=agent.settings log_level=info' "$log"
[ "$(stat -c %s "$log")" -lt 1048576 ] || fail "the log is as large as before"
until_so grep -q 'event=agent.settings log_level=info' "$work/followed"
grep -q 'expected: name = value' "$work/followed" || fail "what was written at the turn is missing"
[ "$(grep -c '^x*$' "$work/followed")" = 11000 ] || fail "lines are missing"
"$promptd" log --level warn | grep -q 'expected: name = value' || fail "log does not read the old one"
kill "$follower"
follower=

part "who connects is shown, with name, era and since when"
waits() {
	python3 - "$promptd" <<'END'
import json, os, socket, subprocess, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(os.environ["PROMPTD_HOME"] + "/run/agent.sock")
s.sendall(b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
          b'"capabilities":{},"clientInfo":{"name":"an \\u001b[31meditor","version":"1"}}}\n')
assert s.recv(1)
for _ in range(600):
    a = json.loads(subprocess.run([sys.argv[1], "status", "--json"], stdout=subprocess.PIPE).stdout)
    clients = a["agent"]["clients"]
    if clients and clients[0].get("name") and clients[0].get("era"):
        break
    time.sleep(0.1)
[c] = clients
assert c["transport"] == "unix" and "editor" in c["name"] and c["era"] == "2025-06-18", c
assert c["since"].startswith("20") and c["since"].endswith("Z"), c
text = subprocess.run([sys.argv[1], "status"], stdout=subprocess.PIPE).stdout
assert b"\x1b" not in text and b"MCP 2025-06-18) since 20" in text, text
END
}
waits || fail "clients in status"
until_so says 'a["agent"]["clients"] == []'

part "use that could not be recorded is the last error"
name=$("$promptd" list | head -1 | cut -f1)
get='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_prompt","arguments":{"name":"'$name'"}}}'
talk "$get" | grep -q '"id":1' || fail "get_prompt"
says 'a["usage_pending"] == 1' || fail "the queue is not shown"
"$promptd" agent --stop >/dev/null
python3 -c 'import os, sqlite3
db = sqlite3.connect(os.environ["PROMPTD_HOME"] + "/data/ledger.db")
db.execute("PRAGMA user_version = 9999")'
"$promptd" agent >/dev/null || fail "agent with a newer ledger"
talk "$get" | grep -q '"id":1' || fail "get_prompt with a newer ledger"
until_so says 'a["last_error"]["event"] == "usage.not_recorded"'

part "one that cannot start leaves word"
"$promptd" agent --stop >/dev/null
rm -rf "$PROMPTD_HOME/run"
: >"$PROMPTD_HOME/run"
"$promptd" agent --foreground 2>"$work/err"
[ $? = 1 ] || fail "an agent without a place for its socket"
says 'a["last_error"]["event"] == "agent.failed" and "/run" in a["last_error"]["why"]' ||
	fail "last error of one that did not start"
rm "$PROMPTD_HOME/run"

part "every way to call agent answers in JSON, with its exit status"
agent() { # STATUS EXPRESSION WORDS...
	local wanted=$1 expression=$2 got
	shift 2
	"$promptd" agent "$@" --json >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" = "$wanted" ] || fail "agent $*: exit $got, not $wanted: $(cat "$work/out")"
	python3 -c 'import json, sys
a = json.load(open(sys.argv[1]))
assert eval(sys.argv[2]), a' "$work/out" "$expression" || fail "agent $* --json: not so: $expression"
}
agent 4 'a["status"] == "agent_unreachable" and a["running"] is False and a["hint"]' --status
agent 0 'a["ended"] is False' --stop
agent 0 'a["running"] and a["pid"] > 0 and a["port"] > 0 and a["socket"].endswith("/agent.sock")'
first=$(sed 's/.*"pid":\([0-9]*\).*/\1/' "$work/out")
agent 0 "a['pid'] == $first" # it runs already
agent 0 "a['running'] and a['pid'] == $first and a['agent_version']" --status
agent 1 "a['status'] == 'failed' and 'process $first' in a['error'] and '--replace' in a['hint']" --foreground
agent 0 "a['pid'] != $first" --replace
echo 'nonsense' >"$conf"
agent 1 '"promptd.conf:1: expected: name = value" in a["error"]' --foreground
agent 0 'a["running"]' --status
agent 0 'a["ended"] is True' --stop
agent 1 '"promptd.conf:1: expected: name = value" in a["error"]'
rm "$conf"

part "what would go to the journal goes to the log"
rm -f "$log"
mkfifo "$work/journal"
sleep 600 >"$work/journal" <"$work/journal" &
reader=$!
(exec 2<>"$work/journal"
JOURNAL_STREAM=$(stat -L -c '%d:%i' /dev/fd/2) exec "$promptd" agent --foreground) &
until_so grep -q 'event=agent.started' "$log"
"$promptd" agent --stop >/dev/null || fail stop
kill "$reader"

verdict
