# shellcheck shell=bash
# Building the VS Code extension outside the source tree; sourced, after npm.sh.

# vscode_setup ROOT CACHE: what the extension is built with, and a node in the PATH.
vscode_setup() {
	# The node of a machine without a new one is the one that tests/sdk has.
	npm_setup "$1/tests/sdk" "$2/sdk" @modelcontextprotocol/client
	PATH=$(dirname "$NODE"):$PATH
	npm_setup "$1/clients/examples/vscode-extension" "$2/vscode-extension" typescript
	if grep -qiE '"(optional|bundled?)?dependencies"' \
		"$1/clients/examples/vscode-extension/package.json"; then
		echo 'the extension has dependencies at run time'
		return 1
	fi
}

# vscode_build ROOT CACHE WORK: lint and compile in WORK/extension.
vscode_build() {
	local source=$1/clients/examples/vscode-extension extension=$3/extension
	mkdir "$extension"
	(cd "$source" && cp -rL src test package.json tsconfig.json eslint.config.mjs .vscodeignore \
		README.md LICENSE "$extension")
	ln -s "$2/vscode-extension/node_modules" "$extension/node_modules"
	(cd "$extension" && npm --loglevel=error run compile && npm --loglevel=error run lint)
}

# vscode_package WORK: WORK/promptd.vsix, with nothing in it that does not belong there.
vscode_package() {
	local names wanted
	(cd "$1/extension" && npm --loglevel=error run package -- --out "$1/promptd.vsix") \
		>"$1/vsce.log" 2>&1 || {
		cat "$1/vsce.log"
		return 1
	}
	wanted='[Content_Types].xml extension.vsixmanifest extension/LICENSE.txt'
	wanted+=' extension/package.json extension/readme.md'
	names=$(python3 -m zipfile -l "$1/promptd.vsix" | awk 'NR > 1 { print $1 }' |
		grep -vE '^extension/out/src/([a-z]+/)?[a-z]+\.js$' | LC_ALL=C sort | paste -sd ' ')
	[ "$names" = "$wanted" ] || {
		echo "the package holds $names, not $wanted"
		return 1
	}
}
