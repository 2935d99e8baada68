#!/bin/bash
# promptd doctor, row by row: something is broken, the row says so, what the row says to
# do is done as it stands there, and the row is content again.
#
#	doctor.sh DIRECTORY-OF-PROMPTD
set -u # a check that fails is what is looked for: no pipefail
. "$(dirname "$0")/story.sh"
export PROMPTD_AUTOSTART=no LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
bin=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-doctor.XXXXXX")
export HOME=$work/home XDG_RUNTIME_DIR=$work/run
unset PROMPTD_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME DISPLAY WAYLAND_DISPLAY \
	DBUS_SESSION_BUS_ADDRESS SUDO_USER
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR" "$work/bin"
ln -s "$bin/promptd" "$bin/promptd-mcp" "$work/bin"
export PATH=$work/bin:/usr/bin:/bin
data=$HOME/.local/share/promptd
run=$XDG_RUNTIME_DIR/promptd
units=$HOME/.config/systemd/user
finish() {
	promptd agent --stop >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT

# shellcheck source=tests/e2e/doctor_rows.sh
. "$here/doctor_rows.sh"

# The library there is not.
row library warn "there is none yet" | grep -q '^promptd import --starter, or' || fail "no library"
promptd import --starter >/dev/null && content library || fail "library"
chmod 755 "$data"
mended private fail "is open to other users"
chmod 644 "$data/prompts.db"
mended private fail "prompts.db is open to other users"
if [ "$(id -u)" = 0 ]; then
	chown 65534 "$data/ledger.db"
	row private fail "belongs to another user" | grep -q chown || fail "a foreign file"
	chown 0 "$data/ledger.db"
	content private || fail "private"
fi

# Settings: the line is named.
mkdir -p "$HOME/.config/promptd"
printf '# mine\ncolour = blue\n' >"$HOME/.config/promptd/promptd.conf"
row settings fail "promptd.conf:2: there is no setting named colour" | grep -q 'correct that line' ||
	fail "settings"
sed -i 2d "$HOME/.config/promptd/promptd.conf"
content settings || fail "settings mended"

# Programs: absent, of another version, hidden from the shell by another one.
(PATH=/usr/bin:/bin
promptd() { "$work/bin/promptd" "$@"; }
mended path warn "promptd is not in PATH") || fail path
mkdir "$work/other" "$work/apart"
printf '#!/bin/sh\necho promptd-mcp 0.0.1\n' | tee "$work/other/promptd-mcp" >"$work/apart/promptd-mcp"
cp "$bin/promptd" "$work/apart"
chmod +x "$work"/{other,apart}/promptd-mcp
PATH=$work/other:$PATH row path warn "PATH finds another promptd-mcp first" |
	grep -q 'remove one of them' || fail "another one in PATH"
apart() {
	"$work/apart/promptd" doctor --json | python3 -c 'import json, sys
a = json.load(sys.stdin)
[c] = [c for c in a["checks"] if c["check"] == "server"]
assert c["result"] == "fail" and sys.argv[1] in c["message"] and "install promptd again" in c["mend"], c' "$1"
}
apart 'it is "promptd-mcp 0.0.1"' || apart 'says it is "promptd-mcp 0.0.1"' || fail "server of another version"
rm "$work/apart/promptd-mcp"
apart "promptd-mcp" || fail "no server"
content server || fail "server"

# The agent: what a killed one left, another version, nobody at the socket or port, no
# agent.json at all.
rewrite() { # PYTHON: agent.json `a` after that
	python3 -c 'import json, os, sys
path = sys.argv[1]
a = json.load(open(path))
exec(sys.argv[2])
open(path, "w").write(json.dumps(a))' "$run/agent.json" "$1"
}
content agent || fail "no agent is no fault"
promptd agent >/dev/null || fail "agent"
content agent && content port && content runtime || fail "a new agent"
rewrite 'a["version"] = "0.0.9"'
mended agent warn "the agent is version 0.0.9"
rewrite 'a["port"] = 1'
mended port fail "nobody answers at ws://127.0.0.1:1,"
mv "$run/agent.sock" "$run/away.sock"
mended agent fail "but nobody answers at"
# It also stands where those look who have no variables.
bare=/run/user/$(id -u)/promptd
[ -e "$bare/agent.json" ] || bare=$HOME/.local/state/promptd/run
rm "$run/agent.json"
content agent || fail "no agent.json but the other one"
rm "$bare/agent.json"
mended agent fail "holds the lock, but no agent.json"
chmod 644 "$run/agent.json" "$bare/agent.json"
mended agent fail "holds the lock, but no agent.json"
pid=$(promptd agent --status --json | sed 's/.*"pid":\([0-9]*\).*/\1/')
kill -9 "$pid"
while promptd agent --status >/dev/null 2>&1; do sleep 0.05; done
mended agent warn "not running, but what one left is there"

# Where its sockets are.
chmod 755 "$run"
mended runtime fail "is open to other users"
promptd agent --stop >/dev/null
rm -r "$run" && mkdir -m 700 "$work/there" && ln -s "$work/there" "$run"
promptd agent --foreground 2>/dev/null && fail "an agent started behind a link"
mended runtime fail "is a link"
chmod 755 "$XDG_RUNTIME_DIR"
mended runtime warn "XDG_RUNTIME_DIR is open to other users"
(XDG_RUNTIME_DIR=$work/nowhere
mended runtime warn "XDG_RUNTIME_DIR is no folder of yours") || fail "runtime"
long=$work/$(printf 'x%.0s' {1..100})
PROMPTD_HOME=$long row agent warn "the socket's path is longer" | grep -q 'shorter PROMPTD_HOME' ||
	fail "a path too long"

# How it is started.
content unit || fail "nothing set up is no fault"
promptd setup >/dev/null || fail "setup"
content unit || fail "set up"
rm "$units/promptd-agent.socket"
mended unit warn "promptd-agent.socket is missing"
sed -i 's/^Exec=.*/Exec=elsewhere/' "$HOME/.config/autostart/promptd-agent.desktop"
mended unit warn "promptd-agent.desktop is of another version"
echo '[Unit]' >"$units/promptd-agent.service"
mended unit warn "promptd-agent.service is not promptd's"
promptd setup --remove >/dev/null
content unit || fail "taken away"

# The desktop, the language, the person.
content display && content secrets || fail "a machine without a desktop is no fault"
export DISPLAY=:4711
mended display warn "DISPLAY names :4711"
export DISPLAY=nonsense
mended display warn "DISPLAY names no display"
export WAYLAND_DISPLAY=wayland-4711
mended display warn "wayland-4711, and nobody answers"
export DBUS_SESSION_BUS_ADDRESS=unix:path=$work/bus,guid=0
mended secrets warn "nobody answers there"
(LC_ALL='' LANG=C
mended locale warn "the locale is not UTF-8") || fail "locale"
if [ "$(id -u)" = 0 ]; then
	SUDO_USER=somebody row user warn "running as another user" | grep -q 'without sudo' || fail "user"
fi

# What was damaged and set aside.
: >"$data/ledger.db.damaged-20260101"
row damaged warn "was damaged and set aside" | grep -q 'delete it' || fail "damaged"
rm "$data/ledger.db.damaged-20260101"

promptd doctor >"$work/out" || fail "in the end: $(cat "$work/out")"
verdict
