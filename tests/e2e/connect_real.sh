#!/bin/bash
# connect and disconnect with the assistants themselves, from npm: what we write they
# must understand, and what they write we must. None of this needs a login.
#   connect_real.sh [DIRECTORY-OF-PROGRAMS [CACHE]]; alone it builds what it needs
set -u
export PROMPTD_AUTOSTART=no # servers started here start no agent
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/../npm.sh"
if [ $# -eq 0 ]; then
	(cd "$root" && cmake --preset release >/dev/null &&
		cmake --build --preset release --target promptd promptd-mcp >/dev/null) || exit
fi
bin=$(cd "${1:-$root/build/release/bin}" && pwd) || exit
cache=${2:-$root/build/check/assistants}
mkdir -p "$cache"
server=$bin/promptd-mcp

[ "$(uname -sm)" = 'Linux x86_64' ] || npm_skip 'the lock file is for Linux on x86-64'
command -v node >/dev/null || npm_skip 'no node'
exec 8>"$cache/lock"
flock 8
cp "$here"/assistants/*.json "$cache"
if ! cmp -s "$cache/package-lock.json" "$cache/installed.json"; then
	(cd "$cache" && npm_install @openai/codex) || exit
	cp "$cache/package-lock.json" "$cache/installed.json"
fi
flock -u 8

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PROMPTD_HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR DISPLAY \
	WAYLAND_DISPLAY CODEX_HOME CLAUDE_CONFIG_DIR GEMINI_CLI_HOME COPILOT_HOME
# No update, no telemetry, and folders are trusted where a variable can say so.
export DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 COPILOT_AUTO_UPDATE=false \
	OPENCODE_DISABLE_AUTOUPDATE=1 GEMINI_CLI_TRUST_WORKSPACE=true NO_COLOR=1 TERM=dumb
checks=0
modules=$cache/node_modules
mkdir "$work/real"
ln -s "$modules/.bin/codex" "$modules/.bin/gemini" "$modules/.bin/copilot" \
	"$modules/@anthropic-ai/claude-code-linux-x64/claude" \
	"$modules/opencode-linux-x64/bin/opencode" "$work/real"
ln -s "$(command -v node)" "$work/real/node"
plain=/usr/bin:/bin
all="codex claude gemini copilot opencode"

fail() {
	echo "connect_real.sh:${BASH_LINENO[1]}: $*"
	printf 'exit %s\n--- said\n%s\n' "${rc-}" "${out-}"
	exit 1
}

fresh() {
	rm -rf "${work:?}/home"
	mkdir -p "$work/home"
	export HOME=$work/home PATH=$work/real:$plain
	cd "$HOME" || exit
}

outcomes() { # OUTCOME ARGUMENTS…: of every assistant in the answer
	local outcome=$1
	shift
	out=$("$bin/promptd" "$@" --json 2>&1 </dev/null)
	rc=$?
	python3 - "$outcome" "$out" <<-'PY' || fail "not all \"$outcome\": $*"
		import json, sys
		wrong = [a for a in json.loads(sys.argv[2])["assistants"] if a["outcome"] != sys.argv[1]]
		print(wrong) if wrong else None
		sys.exit(bool(wrong))
	PY
	checks=$((checks + 1))
}

by() { # WAY: how the last ones were connected
	python3 - "$1" "$out" <<-'PY' || fail "not all by $1"
		import json, sys
		assert all(a["by"] == sys.argv[1] for a in json.loads(sys.argv[2])["assistants"])
	PY
	checks=$((checks + 1))
}

# What the assistant itself says of its servers; where it starts them to say so, that too.
says() {
	local real=$work/real
	case $1 in
	codex) "$real/codex" mcp get promptd ;;
	claude) "$real/claude" mcp list ;;
	gemini) PATH=$real:$plain "$real/gemini" mcp list ;;
	copilot) PATH=$real:$plain "$real/copilot" mcp get promptd ;;
	opencode) "$real/opencode" mcp list ;;
	esac 2>&1 </dev/null
}

# It names our server; claude, gemini and opencode have talked to it as well.
knows() {
	out=$(says "$1")
	[[ $out == *"$server"* ]] || fail "$1 does not know the server"
	case $1 in
	claude | gemini) [[ $out == *Connected* ]] || fail "$1 could not talk to the server" ;;
	opencode) [[ $out == *connected* ]] || fail "$1 could not talk to the server" ;;
	esac
	checks=$((checks + 1))
}

knows_not() {
	out=$(says "$1")
	[[ $out == *"$server"* ]] && fail "$1 still knows the server"
	checks=$((checks + 1))
}

settings() { # the file of each
	case $1 in
	codex) echo ~/.codex/config.toml ;;
	claude) echo ~/.claude.json ;;
	gemini) echo ~/.gemini/settings.json ;;
	copilot) echo ~/.copilot/mcp-config.json ;;
	opencode) echo ~/.config/opencode/opencode.jsonc ;;
	esac
}

# --- By their own commands: there, once, compared, gone --------------------------------
fresh
outcomes connected connect $all
by command
for name in $all; do
	knows $name
done
outcomes already connect $all
outcomes connected connect $all --status
for name in $all; do
	sed -i "s|$server|/other|" "$(settings $name)"
	cp "$(settings $name)" "$work/before"
	outcomes differs connect $name
	outcomes differs disconnect $name
	cmp -s "$(settings $name)" "$work/before" || fail "$name: its file was changed"
	sed -i "s|/other|$server|" "$(settings $name)"
done
outcomes removed disconnect $all
for name in $all; do
	knows_not $name
done

# --- By our edit, when the program is out of sight: they must understand it ------------
PATH=$plain
mkdir -p ~/.copilot
outcomes connected connect $all
by file
for name in $all; do
	knows $name
done
outcomes removed disconnect $all
for name in $all; do
	knows_not $name
done

# --- Settings with comments, and at the end of a link -----------------------------------
fresh
mkdir -p ~/.codex ~/.gemini ~/.copilot ~/.config/opencode dots
printf '# mine\nmodel = "x" # this one\n' >~/.codex/config.toml
printf '{\n  // mine\n  "mcpServers": { "a": { "command": "/a" } }\n}\n' |
	tee ~/.gemini/settings.json >dots/copilot.json
printf '{\n  // mine\n  "mcp": {},\n}\n' >~/.config/opencode/opencode.jsonc
ln -s ../dots/copilot.json ~/.copilot/mcp-config.json
outcomes connected connect $all
for name in $all; do
	knows $name
	[ $name = claude ] || grep -q mine "$(settings $name)" || fail "$name: the comment is gone"
done
[ -L ~/.copilot/mcp-config.json ] || fail 'the link is gone'
outcomes removed disconnect $all

# --- Another library ----------------------------------------------------------------------
fresh
export PROMPTD_HOME="$work/home/my prompts"
outcomes connected connect $all
by command
outcomes already connect $all
for name in $all; do
	grep -q 'my prompts' "$(settings $name)" || fail "$name: no PROMPTD_HOME"
	knows $name
done
unset PROMPTD_HOME

# --- One project --------------------------------------------------------------------------
fresh
mkdir -p project/.git ~/.codex ~/.copilot
cd project || exit
printf '[projects."%s"]\ntrust_level = "trusted"\n' "$PWD" >~/.codex/config.toml
printf '{"trusted_folders": ["%s"]}\n' "$PWD" >~/.copilot/config.json
outcomes connected connect codex claude gemini opencode --project
# It reads the file that Claude Code was given, if there is one.
outcomes already connect copilot --project
for name in codex gemini opencode copilot; do
	knows $name
done
# Claude Code waits for the person's word before it starts what a project brings along.
out=$(says claude)
[[ $out == *"$server"* ]] || fail 'claude does not know the server'
outcomes already connect $all --project
outcomes removed disconnect codex claude gemini opencode --project
rm .mcp.json
outcomes connected connect copilot --project
by file
knows copilot
outcomes removed disconnect copilot --project
for name in $all; do
	knows_not $name
done

echo "$checks checks"
