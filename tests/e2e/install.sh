#!/bin/bash
# install.sh BUILD: installs the programs of a build into a folder of its own and uses
# them from there. The Debian package is package.sh's.
set -euo pipefail
export PROMPTD_AUTOSTART=no # servers started here start no agent
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
export PROMPTD_HOME=$work/home HOME=$work/home

fail() {
	echo "$1"
	exit 1
}
expected='bin/promptd
bin/promptd-mcp
share/bash-completion/completions/promptd
share/doc/promptd/README.md
share/doc/promptd/SECURITY.md
share/doc/promptd/copyright
share/fish/vendor_completions.d/promptd.fish
share/man/man1/promptd-mcp.1
share/man/man1/promptd.1
share/zsh/site-functions/_promptd'

cmake --install "$build" --prefix "$prefix" >/dev/null
found=$(cd "$prefix" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
[ "$found" = "$expected" ] || fail "installed: $found"

"$prefix/bin/promptd" import --starter >/dev/null
"$prefix/bin/promptd" render code-review focus=security | grep -q 'hardest at security' ||
	fail 'the installed promptd does not render'
mkdir -p "$HOME"
"$prefix/bin/promptd" connect claude --print | grep -q "$prefix/bin/promptd-mcp" ||
	fail 'connect does not name the installed server'
answer=$(echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}' |
	"$prefix/bin/promptd-mcp")
[[ $answer == *'"protocolVersion":"2025-06-18"'* ]] || fail "the installed server said: $answer"
