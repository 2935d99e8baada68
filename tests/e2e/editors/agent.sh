# shellcheck shell=bash
# What the tests of editors and small clients share; sourced, not run, with the
# folder of the programs as the script's first argument. Gives a home of their own
# with the prompts of library/ in it, and an agent that is started, ended and killed.

bin=$(realpath "$1")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
clients=$here/../../../clients/examples
work=$(mktemp -d /tmp/promptd-editor.XXXXXX) # a socket's path has 107 bytes at most
export HOME=$work/user PROMPTD_HOME=$work/home LC_ALL=C.UTF-8 TERM=xterm
export PATH=$bin:$PATH
unset XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
# The agent's own reports, of a build with sanitizers, go into files.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:log_path=$work/sanitizer"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$work/sanitizer"
checks=0

at_exit() {
	local status=$? job
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || :
	done
	"$bin/promptd" agent --stop >/dev/null 2>&1 || :
	if compgen -G "$work/sanitizer.*" >/dev/null; then
		cat "$work"/sanitizer.*
		status=1
	fi
	rm -rf "$work"
	exit "$status"
}
trap at_exit EXIT

fail() {
	printf 'FAILED: %s\n' "$*"
	[ ! -s "$work/log" ] || tail -c 3000 "$work/log"
	exit 1
}

needs() { # PROGRAM
	command -v "$1" >/dev/null || {
		echo "skipped: $1 is not installed"
		exit 77
	}
}

home_make() {
	mkdir -p "$HOME" "$PROMPTD_HOME/config"
	chmod 700 "$HOME"
	echo 'autostart = no' >"$PROMPTD_HOME/config/promptd.conf"
	promptd import "$here/library" >/dev/null || fail 'import'
}

agent_start() {
	promptd agent >/dev/null || fail 'promptd agent'
}

# Ended as people end it.
agent_stop() {
	promptd agent --stop >/dev/null || fail 'promptd agent --stop'
}

agent_pid() {
	promptd agent --status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["pid"])'
}

# Killed in the middle of everything: agent.json and the socket stay behind.
agent_kill() {
	local pid
	pid=$(agent_pid) || fail 'no agent to kill'
	kill -9 "$pid" || fail "kill $pid"
	wait_for 'the agent is dead' agent_is_dead
	[ -e "$PROMPTD_HOME/run/agent.json" ] || fail 'a killed agent leaves agent.json behind'
}

agent_is_dead() {
	! promptd agent --status >/dev/null 2>&1
}

# wait_for WHAT COMMAND...: until it succeeds; a ceiling, not a measurement.
wait_for() {
	local what=$1 i
	shift
	for ((i = 0; i < 1200; i++)); do
		"$@" && return 0
		sleep 0.05
	done
	fail "waited in vain: $what"
}

has() { # WHERE TEXT
	grep -qF -- "$2" "$1" || fail "no «$2» in $1: $(tail -c 2000 "$1")"
	checks=$((checks + 1))
}

# same WHAT GOT WANTED: two files, byte for byte.
same() {
	cmp "$2" "$3" || fail "$1: $(diff -a <(xxd "$2" 2>/dev/null || od -c "$2") \
		<(xxd "$3" 2>/dev/null || od -c "$3") | head -20)"
	checks=$((checks + 1))
}

# import_prompt NAME TEXT: a new prompt, or a new text of it.
import_prompt() {
	mkdir -p "$work/more/notes"
	printf -- '---\ntitle: %s\n---\n%s\n' "$1" "$2" >"$work/more/notes/$1.prompt.md"
	promptd import "$work/more" >/dev/null || fail "import $1"
}

# What every client has to write, byte for byte; no program of ours has a say in it.
expectations() {
	awk 'seen == 2 { print } /^---$/ && seen < 2 { seen++ }' \
		"$here/library/notes/odd.prompt.md" | head -c -1 >"$work/odd"
	printf 'You are terse.\n\nSay it.\nTwice.' >"$work/two"
	printf 'Greet the "whole" team — ça va? \\o/ in a warm tone. Shout.' >"$work/greet"
	printf 'Greet Ada in a plain tone.' >"$work/greet-ada"
	# For who imports it: the list of the others is known.
	printf -- '---\ntitle: Count\ninputs:\n  - name: n\n    type: integer\n    required: true\n' \
		>"$work/count.prompt.md"
	printf -- '  - name: f\n    type: number\n    default: 0.5\n---\n{{n}} times {{f}}.\n' \
		>>"$work/count.prompt.md"
}

finish() {
	[ "$checks" -gt 0 ] || fail 'nothing was checked'
	printf '%d checks\n' "$checks"
}
