#!/bin/bash
# The tests of the bridge, with the node of the machine (18 or newer); no npm.
here=$(cd "$(dirname "$0")" && pwd)
if [ "$(node -p 'parseInt(process.versions.node) >= 18' 2>/dev/null)" != true ]; then
	echo 'skipped: no node of version 18 or newer'
	exit 77
fi
exec node --test "$here/bridge_test.mjs"
