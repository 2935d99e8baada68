#!/bin/bash
# promptd publish with the assistants themselves, from npm, without a login: each finds
# the skills, those that can hide them from the model do, and Claude Code puts arguments
# where our variables were and leaves literal text alone.
#   publish_real.sh [DIRECTORY-OF-PROGRAMS [CACHE]]; alone it builds what it needs
set -u
export PROMPTD_AUTOSTART=no
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/../npm.sh"
if [ $# -eq 0 ]; then
	(cd "$root" && cmake --preset release >/dev/null &&
		cmake --build --preset release --target promptd >/dev/null) || exit
fi
promptd=$(cd "${1:-$root/build/release/bin}" && pwd)/promptd || exit
cache=${2:-$root/build/check/assistants}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd) || exit

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

# Codex makes no helpers of its own below /tmp.
work=$(mktemp -d "$cache/publish.XXXXXX")
model=
finish() {
	[ -z "$model" ] || { kill "$model" && wait "$model"; } 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
unset PROMPTD_HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR DISPLAY \
	WAYLAND_DISPLAY CODEX_HOME CLAUDE_CONFIG_DIR GEMINI_CLI_HOME COPILOT_HOME
export DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 COPILOT_AUTO_UPDATE=false \
	OPENCODE_DISABLE_AUTOUPDATE=1 GEMINI_CLI_TRUST_WORKSPACE=true NO_COLOR=1 TERM=dumb
modules=$cache/node_modules
mkdir "$work/real" "$work/home" "$work/in"
ln -s "$modules/.bin/codex" "$modules/.bin/gemini" "$modules/.bin/copilot" \
	"$modules/@anthropic-ai/claude-code-linux-x64/claude" \
	"$modules/opencode-linux-x64/bin/opencode" "$work/real"
ln -s "$(command -v node)" "$work/real/node"
export HOME=$work/home PATH=$work/real:/usr/bin:/bin
checks=0

fail() {
	echo "publish_real.sh:${BASH_LINENO[1]}: $*"
	printf -- '--- said\n%s\n' "${out-}"
	exit 1
}

has() {
	[[ $out == *"$1"* ]] || fail "not found: $1"
	checks=$((checks + 1))
}

lacks() {
	[[ $out != *"$1"* ]] || fail "found: $1"
	checks=$((checks + 1))
}

publish() {
	out=$("$promptd" publish "$@" 2>&1) || fail "publish $*"
}

seen_by() { # what an assistant says of its skills
	case $1 in
	codex)
		out=$({
			printf '%s\n' '{"id":1,"method":"initialize","params":{"clientInfo":{"name":"t","title":"t","version":"1"}}}' \
				'{"method":"initialized"}' \
				"{\"id\":2,\"method\":\"skills/list\",\"params\":{\"cwds\":[\"$PWD\"]}}"
			sleep 5
		} | timeout 60 codex app-server 2>/dev/null | grep '"id":2')
		;;
	codex-model) out=$(timeout 60 codex debug prompt-input hello 2>/dev/null </dev/null) ;;
	gemini) out=$(timeout 60 gemini skills list 2>&1 </dev/null) ;;
	opencode) out=$(timeout 60 opencode debug skill 2>&1 </dev/null) ;;
	copilot) out=$(timeout 60 copilot skill list 2>&1 </dev/null) ;;
	esac
}

claude_asks() { # WHAT IS TYPED: out is what the model is sent
	rm -f "$work/log"
	ANTHROPIC_BASE_URL=http://127.0.0.1:$port ANTHROPIC_API_KEY=none timeout 120 \
		claude -p "$1" --output-format stream-json --verbose >"$work/said" 2>&1 </dev/null ||
		fail "claude: $(tail -c 500 "$work/said")"
	out=$(cat "$work/log")
}

mkdir -p "$HOME/code"
cd "$HOME/code" || exit
cat >"$work/in/examine.prompt.md" <<'P'
---
title: Examine a file
description: Zebra-striped examination of a file
inputs:
  - name: file-name
    required: true
  - name: depth
    enum: [deep, flat]
    default: flat
---
Begin {{file-name}}|{{depth}}ly|$5|$10|$ARGUMENTS|$depth|$HOME|${file_name}|$depths|{{other}} end.
P
echo 'Plain words.' >"$work/in/plainly.prompt.md"
"$promptd" import "$work/in" --collection daily >/dev/null || fail "import"
"$here/fake_model.py" "$work/log" "$work/port" &
model=$!
for _ in $(seq 600); do
	[ -s "$work/port" ] && break
	sleep 0.1
done
port=$(cat "$work/port")

# --- Hidden from the model: where that can be ----------------------------------------
publish --collection daily --client claude,codex,copilot,gemini,opencode
seen_by codex
has "$HOME/.agents/skills/examine/SKILL.md"
has '"displayName":"Examine a file"'
lacks '"errors":[{'
seen_by codex-model
lacks 'Zebra-striped'
for name in gemini opencode copilot; do
	seen_by $name
	has examine
	has plainly
done
claude_asks hello
lacks 'Zebra-striped'
out=$(cat "$work/said")
has '"examine"'
claude_asks '/examine "my file.c" deep'
has 'Begin my file.c|deeply|$5|$10|$ARGUMENTS|$depth|$HOME|${file_name}|$depths|{{other}} end.'
has 'value: my file.c\n'
claude_asks '/examine only.c'
# A number without an argument stays as it is written; a name becomes nothing.
has 'Begin only.c|$ARGUMENTS[1]ly|$5|'
has '  value: \n'
has 'default: flat'

# --- Shown to the model ------------------------------------------------------------------
publish --collection daily --client claude,codex --visible
seen_by codex-model
has 'Zebra-striped'
claude_asks hello
has 'Zebra-striped'

# --- One project; and no more --------------------------------------------------------
publish --remove
mkdir -p "$HOME/code/proj/.git" "$HOME/.codex"
cd "$HOME/code/proj" || exit
printf '[projects."%s"]\ntrust_level = "trusted"\n' "$PWD" >"$HOME/.codex/config.toml"
publish --collection daily --client claude,codex,gemini,opencode --project
seen_by codex
has "$HOME/code/proj/.agents/skills/examine/SKILL.md"
for name in gemini opencode; do
	seen_by $name
	has examine
done
claude_asks hello
out=$(cat "$work/said")
has '"examine"'
publish --remove
for name in codex gemini opencode copilot; do
	seen_by $name
	lacks examine
done

echo "$checks checks"
