#!/bin/bash
# connect and disconnect with assistants that are shell scripts, and with every kind
# of settings file.  connect.sh DIRECTORY-OF-PROGRAMS
set -u
export PROMPTD_AUTOSTART=no # servers started here start no agent
bin=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
unset PROMPTD_HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR DISPLAY \
	WAYLAND_DISPLAY CODEX_HOME CLAUDE_CONFIG_DIR GEMINI_CLI_HOME COPILOT_HOME APPDATA \
	VSCODE_PORTABLE __CF_USER_TEXT_ENCODING NO_COLOR
server=$bin/promptd-mcp
checks=0
# They are looked for in these folders too, and would be run with our homes.
for name in codex claude gemini copilot opencode cursor cursor-agent code zed zeditor claude-desktop; do
	for dir in /usr/bin /bin /usr/local/bin /opt/homebrew/bin /snap/bin /usr/share/code/bin; do
		[ -e "$dir/$name" ] && echo "skipped: a real $name is in $dir" && exit 77
	done
done

fail() {
	echo "connect.sh:${BASH_LINENO[1]}: $*"
	printf 'exit %s\n--- out\n%s\n--- err\n%s\n' "${rc-}" "${out-}" "${err-}"
	exit 1
}

# A home without anything, and an empty list of what assistants were asked.
fresh() {
	export HOME=$work/home
	chmod -R u+rwx "$HOME" 2>/dev/null
	rm -rf "$HOME" "$work/fake"
	mkdir -p "$HOME" "$work/fake"
	: >"$work/asked"
	export PATH=$work/fake:/usr/bin:/bin
	cd "$HOME" || exit
}

# assistant NAME BEHAVIOUR: a program of that name. Its arguments go to $work/asked.
assistant() {
	cat >"$work/fake/$1" <<-SCRIPT
		#!/bin/bash
		printf '%s\n' "$1 \$*" >>"$work/asked"
		$2
	SCRIPT
	chmod +x "$work/fake/$1"
}

run() { # ARGUMENTS…
	out=$(timeout 60 "$bin/promptd" "$@" 2>"$work/err" </dev/null)
	rc=$?
	err=$(cat "$work/err")
}

# expect EXIT OUTCOME ARGUMENTS…: the exit code, and the outcome of the first assistant.
expect() {
	local exit=$1 outcome=$2 word
	shift 2
	run "$@" --json
	[ "$rc" = "$exit" ] || fail "exit $rc instead of $exit: $*"
	case $exit in
	0) word='done' ;; 1) word=failed ;; 2) word=usage ;; 3) word=not_found ;; 130) word=cancelled ;;
	esac
	python3 - "$word" "$outcome" <<-'PY' "$out" || fail "not \"$word\", \"$outcome\": $*"
		import json, sys
		answer = json.loads(sys.argv[3])
		assert answer["status"] == sys.argv[1], answer["status"]
		if sys.argv[2] != "-":
		    assert answer["assistants"][0]["outcome"] == sys.argv[2], answer["assistants"][0]
	PY
	checks=$((checks + 1))
}

has() { # TEXT PIECE
	case $1 in *"$2"*) checks=$((checks + 1)) ;; *) fail "no «$2» in: $1" ;; esac
}

same() { # WHAT-IS WHAT-SHOULD-BE
	[ "$1" = "$2" ] || fail "«$1» is not «$2»"
	checks=$((checks + 1))
}

asked() { # LINES…
	same "$(cat "$work/asked")" "$(printf '%s\n' "$@")"
	: >"$work/asked"
}

everything() {
	(cd "$HOME" && find . -printf '%P %y %m %l\n' -type f -exec cksum {} + | sort)
}

# --- Nothing here, and wrong words ---------------------------------------------------
fresh
expect 3 absent connect codex
expect 3 absent connect --all
expect 3 not_connected disconnect codex
expect 2 - connect nobody
expect 2 - connect --all codex
expect 2 - disconnect
expect 0 absent connect
expect 0 absent connect --status
expect 0 would connect --print
same "$(everything)" "$(everything)"
[ -e "$HOME/.codex" ] && fail 'made something for an assistant that is not here'

# --- Its own command -----------------------------------------------------------------
codex_works='case $2 in
add) mkdir -p ~/.codex; printf "[mcp_servers.promptd]\ncommand = \"${@: -1}\"\n" >>~/.codex/config.toml ;;
remove) : >~/.codex/config.toml ;;
esac'
fresh
assistant codex "$codex_works"
expect 0 would connect codex --dry-run
asked
expect 0 connected connect codex
asked "codex mcp add promptd -- $server"
same "$(stat -c %a ~/.codex ~/.codex/config.toml | tr '\n' ' ')" '700 600 '
expect 0 already connect codex
asked
expect 0 connected connect codex --status
expect 0 removed disconnect codex
asked 'codex mcp remove promptd'
same "$(cat ~/.codex/config.toml)" ''
expect 3 not_connected disconnect codex

# Somebody else's entry of our name is neither changed nor taken out.
fresh
assistant codex "$codex_works"
mkdir ~/.codex
printf '[mcp_servers.promptd]\ncommand = "/other" # mine\n' >~/.codex/config.toml
before=$(cat ~/.codex/config.toml)
expect 1 differs connect codex
expect 3 not_connected disconnect codex
asked
same "$(cat ~/.codex/config.toml)" "$before"

# The same entry, made by somebody else, counts as done and is not ours to take out.
fresh
assistant codex "$codex_works"
mkdir ~/.codex
printf '[mcp_servers.promptd]\ncommand = "%s"\n' "$server" >~/.codex/config.toml
expect 0 already connect codex
expect 3 not_connected disconnect codex
has "$out" 'was not put there by promptd and stays'
asked

# It fails and says so with an escape sequence: our own edit, and nothing raw on the terminal.
fresh
assistant codex 'printf "\033]0;owned\a not today\n" >&2; exit 9'
expect 0 connected connect codex
has "$out" '\\x1b]0;owned\\x07 not today'
same "$(cat ~/.codex/config.toml)" "[mcp_servers.promptd]
command = \"$server\""
expect 0 removed disconnect codex
run connect codex
has "$out" 'exit 9: '
has "$out" 'not today'
[[ $out$err == *$'\033'* ]] && fail 'an escape sequence came through'

# It says it did and did not.
fresh
assistant codex 'exit 0'
expect 1 failed connect codex
has "$out" 'does not show it'
has "$out" '[mcp_servers.promptd]'
expect 3 not_connected disconnect codex

# It says "already exists", and what is there is something else.
fresh
assistant claude 'printf "{\"mcpServers\": {\"promptd\": {\"command\": \"/other\"}}}" >~/.claude.json
echo "MCP server promptd already exists in user config" >&2; exit 1'
expect 1 differs connect claude
has "$out" 'already exists'
asked "claude mcp add -s user promptd -- $server"

# The same, and what is there is what we wanted.
fresh
assistant claude "printf '{\"mcpServers\": {\"promptd\": {\"command\": \"$server\"}}}' >~/.claude.json
echo 'MCP server promptd already exists in user config' >&2; exit 1"
expect 0 connected connect claude

# It cannot be run at all.
fresh
printf 'no program' >"$work/fake/codex"
chmod +x "$work/fake/codex"
expect 0 connected connect codex
has "$out" 'its file was edited'

# It does not end; the person does not wait.
fresh
assistant codex 'sleep 300'
python3 - "$bin/promptd" "$work" <<-'PY'
	import os, signal, subprocess, sys, time
	signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
	child = subprocess.Popen([sys.argv[1], "connect", "codex", "--json"],
	                         stdout=open(sys.argv[2] + "/out", "w"))
	while not os.path.getsize(sys.argv[2] + "/asked"):
	    time.sleep(0.01)
	child.send_signal(signal.SIGINT)
	sys.exit(child.wait(30))
PY
same $? 130
has "$(cat "$work/out")" '"status":"cancelled"'
[ -e ~/.codex ] && fail 'something was written after all'

# --- Our own edit --------------------------------------------------------------------
fresh
mkdir -p ~/.config/zed
printf '// Zed\r\n{\r\n\t"theme": "One", // t\r\n}\r\n' >~/.config/zed/settings.json
chmod 640 ~/.config/zed/settings.json
cp -p ~/.config/zed/settings.json "$work/before"
before=$(everything)
expect 0 would connect zed --dry-run
same "$(everything)" "$before"
expect 0 connected connect zed
printf '// Zed\r\n{\r\n\t"theme": "One", // t\r\n\t"context_servers": {\r\n\t\t"promptd": {\r\n\t\t\t"source": "custom",\r\n\t\t\t"command": "%s",\r\n\t\t\t"args": []\r\n\t\t}\r\n\t},\r\n}\r\n' \
	"$server" | cmp - ~/.config/zed/settings.json || fail 'not what was expected in the file'
same "$(stat -c %a ~/.config/zed/settings.json)" 640
cmp "$work/before" ~/.local/state/promptd/backups/zed.* || fail 'the copy is not what was there'
same "$(stat -c %a ~/.local/state/promptd/backups/zed.*)" 600
expect 0 already connect zed
expect 0 removed disconnect zed
cmp "$work/before" ~/.config/zed/settings.json || fail 'not as it was before'

# A file that was not there is gone again afterwards.
fresh
mkdir -p ~/.cursor
expect 0 connected connect cursor
same "$(stat -c %a ~/.cursor/mcp.json)" 600
expect 0 removed disconnect cursor
[ -e ~/.cursor/mcp.json ] && fail 'the file we made is still there'

# Links stay, and the file at their end is changed.
fresh
mkdir -p ~/.config/zed ~/dots
echo '{}' >~/dots/zed.json
ln -s ../../dots/zed.json ~/.config/zed/settings.json
expect 0 connected connect zed
[ -L ~/.config/zed/settings.json ] || fail 'the link is gone'
has "$(cat ~/dots/zed.json)" "$server"

# A command that would tear the link, or the comments, is not run.
fresh
assistant copilot 'exit 0'
mkdir -p ~/.copilot ~/dots
echo '{"mcpServers": {}}' >~/dots/copilot.json
ln -s ../dots/copilot.json ~/.copilot/mcp-config.json
expect 0 connected connect copilot
asked
[ -L ~/.copilot/mcp-config.json ] || fail 'the link is gone'
fresh
assistant copilot 'exit 0'
mkdir -p ~/.copilot
printf '{\n  // mine\n  "mcpServers": {}\n}\n' >~/.copilot/mcp-config.json
expect 0 connected connect copilot
asked
has "$(cat ~/.copilot/mcp-config.json)" '// mine'

# What is not understood is not touched, and no command is let loose on it.
for text in '{"a": 1' '{"mcpServers": []}' '{"a": 1,}' '<xml/>' $'{"a": "\xff"}'; do
	fresh
	assistant gemini 'exit 0'
	mkdir -p ~/.gemini
	printf '%s' "$text" >~/.gemini/settings.json
	expect 1 failed connect gemini
	has "$out" 'is not understood'
	has "$out" 'nothing was changed'
	has "$out" '\"mcpServers\": {\n    \"promptd\"'
	asked
	same "$(cat ~/.gemini/settings.json)" "$text"
done
run connect gemini
has "$out" 'by hand, into ~/.gemini/settings.json:'

# A folder that cannot be written. Root may write everywhere: then as nobody.
fresh
mkdir -p ~/.config/zed
echo '{}' >~/.config/zed/settings.json
chmod 500 ~/.config/zed
if [ "$(id -u)" = 0 ]; then
	cp "$bin/promptd" "$bin/promptd-mcp" "$work"
	chmod 755 "$work" "$work/promptd" "$work/promptd-mcp"
	chown -R 65534:65534 "$HOME"
	out=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$work/promptd" connect zed 2>&1)
	rc=$?
else
	run connect zed
fi
same "$rc" 1
has "$out" 'Permission denied'
has "$out" 'nothing was changed'
same "$(cat ~/.config/zed/settings.json)" '{}'
chmod 700 ~/.config/zed

# One that fails keeps nobody from the rest.
fresh
mkdir -p ~/.cursor ~/.config/zed ~/.config/Claude
printf '{' >~/.config/zed/settings.json
run connect --all
same "$rc" 1
has "$out" 'Cursor: connected in ~/.cursor/mcp.json'
has "$out" 'Zed: '
has "$out" 'Claude Desktop: connected in ~/.config/Claude/claude_desktop_config.json'
has "$err" 'Zed is not connected'
run disconnect --all
same "$rc" 0

# --- What was written is remembered ---------------------------------------------------
fresh
mkdir -p ~/.cursor
expect 0 connected connect cursor
sed -i "s|$server|/mine|" ~/.cursor/mcp.json
expect 1 differs disconnect cursor
has "$(cat ~/.cursor/mcp.json)" '/mine'
expect 1 differs connect cursor
rm ~/.cursor/mcp.json
expect 0 gone disconnect cursor
expect 3 not_connected disconnect cursor

# Installed elsewhere since then: brought up to date. Through a link the link's own
# path is taken, which the next version will still have.
fresh
mkdir -p ~/.cursor ~/opt/promptd-1/bin ~/opt/promptd-2/bin ~/.local/bin
cp "$bin/promptd" "$bin/promptd-mcp" ~/opt/promptd-1/bin
out=$(~/opt/promptd-1/bin/promptd connect cursor 2>&1) || fail 'as version 1'
has "$(cat ~/.cursor/mcp.json)" "$HOME/opt/promptd-1/bin/promptd-mcp"
mv ~/opt/promptd-1/bin/* ~/opt/promptd-2/bin
ln -s ../../opt/promptd-2/bin/promptd ../../opt/promptd-2/bin/promptd-mcp ~/.local/bin
out=$(PATH=$HOME/.local/bin:$PATH promptd connect cursor --json 2>&1) || fail 'as version 2'
has "$out" '"outcome":"replaced"'
has "$(cat ~/.cursor/mcp.json)" "\"$HOME/.local/bin/promptd-mcp\""
[ "$(grep -c promptd-mcp ~/.cursor/mcp.json)" = 1 ] || fail 'two entries'
expect 0 removed disconnect cursor
[ -e ~/.cursor/mcp.json ] && fail 'the file that version 1 made is still there'

# The same where nothing of it is in $PATH.
ln -s promptd-2 ~/opt/current
out=$(~/opt/current/bin/promptd connect cursor --print)
has "$out" "$HOME/.local/bin/promptd-mcp"
rm ~/.local/bin/*
out=$(~/opt/current/bin/promptd connect cursor --print)
has "$out" "$HOME/opt/current/bin/promptd-mcp"

# A broken memory is told, and nothing is done on top of it.
echo '{' >~/.local/state/promptd/connect.json
expect 1 - connect cursor
has "$out" 'connect.json'

# --- Where the library is ---------------------------------------------------------------
fresh
mkdir -p ~/.cursor
assistant claude "printf '{\"mcpServers\": {\"promptd\": {\"command\": \"$server\", \"env\": {\"PROMPTD_HOME\": \"$HOME/p q\"}}}}' >~/.claude.json"
export PROMPTD_HOME="$HOME/p q"
expect 0 connected connect cursor
has "$(cat ~/.cursor/mcp.json)" "\"PROMPTD_HOME\": \"$HOME/p q\""
[ -e "$HOME/p q/data/prompts.db" ] || fail 'the server was asked about another library'
run connect claude
has "$out" "claude mcp add -s user promptd -e 'PROMPTD_HOME=$HOME/p q' -- $server"
asked "claude mcp add -s user promptd -e PROMPTD_HOME=$HOME/p q -- $server"
unset PROMPTD_HOME

# --- One project --------------------------------------------------------------------------
fresh
mkdir -p ~/project/.git ~/project/src ~/.config/Claude
assistant codex 'exit 1'
assistant code 'exit 1'
expect 2 - connect codex --project
cd ~/project/src || exit
expect 0 connected connect codex vscode --project
asked
same "$(cat ../.codex/config.toml)" "[mcp_servers.promptd]
command = \"$server\""
has "$(cat ../.vscode/mcp.json)" '"servers"'
same "$(stat -c %a ../.vscode ../.vscode/mcp.json | tr '\n' ' ')" '755 644 '
[ -e ~/.codex ] && fail 'the person'\''s own settings were touched'
expect 3 absent connect claude-desktop --project
expect 3 not_connected disconnect codex
expect 0 removed disconnect codex --project
[ -e ../.codex/config.toml ] && fail 'the project'\''s file is still there'

# --- VS Code that keeps everything in its own folder --------------------------------------
fresh
mkdir -p ~/portable/user-data/User
expect 3 absent connect vscode
export VSCODE_PORTABLE=~/portable
expect 0 connected connect vscode
has "$(cat ~/portable/user-data/User/mcp.json)" "$server"
expect 0 removed disconnect vscode
unset VSCODE_PORTABLE

# --- A link that makes it ask -----------------------------------------------------------
fresh
mkdir -p ~/.cursor
assistant xdg-open 'exit 0'
assistant xdg-mime 'echo cursor.desktop'
export DISPLAY=:99
expect 0 asked connect cursor
entry=$(printf '{"command":"%s","args":[]}' "$server" | base64 -w0 | sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g')
asked 'xdg-mime query default x-scheme-handler/cursor' \
	"xdg-open cursor://anysphere.cursor-deeplink/mcp/install?name=promptd&config=$entry"
[ -e ~/.cursor/mcp.json ] && fail 'edited as well'
expect 0 gone disconnect cursor
# The person accepted: then it is ours to take out.
expect 0 asked connect cursor
printf '{"mcpServers": {"promptd": {"command": "%s", "args": []}}}' "$server" >~/.cursor/mcp.json
expect 0 connected connect cursor --status
expect 0 removed disconnect cursor
same "$(cat ~/.cursor/mcp.json)" '{"mcpServers": {}}'
# Nobody opens such links, or the opener fails, or there is no display: our own edit.
assistant xdg-mime 'exit 0'
expect 0 connected connect cursor
expect 0 removed disconnect cursor
assistant xdg-mime 'echo cursor.desktop'
assistant xdg-open 'exit 4'
expect 0 connected connect cursor
expect 0 removed disconnect cursor
unset DISPLAY
: >"$work/asked"
expect 0 connected connect cursor
asked

# --- The server ---------------------------------------------------------------------------
fresh
mkdir -p ~/.cursor ~/bin
cp "$bin/promptd" ~/bin
printf '#!/bin/sh\necho "cannot open the library" >&2; exit 1\n' >~/bin/promptd-mcp
chmod +x ~/bin/promptd-mcp
out=$(~/bin/promptd connect cursor 2>&1)
same $? 1
has "$out" 'gave no answer to initialize: cannot open the library'
rm ~/bin/promptd-mcp
out=$(~/bin/promptd connect cursor 2>&1)
same $? 1
has "$out" "$HOME/bin/promptd-mcp: No such file or directory"

echo "$checks checks"
