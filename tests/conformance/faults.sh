#!/bin/bash
# Plants each fault of faults.mjs in turn and sees the suite notice it: the named
# scenarios must fail. A suite that cannot fail proves nothing.
#
#	faults.sh CACHE PROGRAM [argument...]

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
missed=0

expect_failures() {
	local fault=$1 count=$2 output status=0
	shift 2
	output=$(PROMPTD_CONFORMANCE_FAULT=$fault "$here/run.sh" "$cache" "$@" -- "${program[@]}") || status=$?
	if [ "$status" -eq 77 ]; then
		echo "$output"
		exit 77
	fi
	if [ "$status" -eq 1 ] && grep -q "^0 passed, $count failed, 0 skipped$" <<<"$output"; then
		echo "fault $fault noticed by $*"
	else
		echo "fault $fault not noticed:"
		echo "$output"
		missed=1
	fi
}

cache=$1
shift
program=("$@")
expect_failures 1 3 server-stateless http-header-validation http-custom-header-server-validation
expect_failures 2 1 caching
expect_failures 3 2 tools-call-with-progress
expect_failures 4 2 sep-2640-skills-enumeration
exit "$missed"
