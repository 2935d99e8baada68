#!/bin/sh
# run.sh PROGRAM NAME: let one fuzz target invent inputs for PROMPTD_FUZZ_SECONDS
# (60). What it learns is kept in the build tree for the next time; an input that
# breaks something is left in crashes/ there and named. Beside fuzz_NAME.c may lie
# NAME.dict (words of the language), NAME.options (more libFuzzer options) and
# NAME.seeds (files below ../shared/data to begin with, where that is present).
set -eu
program=$1 name=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(dirname "$program")/../fuzz
data=$here/../../../shared/data
mkdir -p "$work/corpus/$name" "$work/crashes"

set -- "$work/corpus/$name" "$here/corpus/$name"
if [ -f "$here/$name.seeds" ] && [ -d "$data" ]; then
	while read -r pattern; do
		# The pattern is meant to become names.
		# shellcheck disable=SC2086
		(cd "$data" && find $pattern -type f -size -64k 2>/dev/null) |
			while read -r file; do
				cp "$data/$file" "$work/corpus/$name/seed-$(echo "$file" | tr / _)"
			done
	done <"$here/$name.seeds"
fi
[ ! -f "$here/$name.dict" ] || set -- "-dict=$here/$name.dict" "$@"
# shellcheck disable=SC2046
[ ! -f "$here/$name.options" ] || set -- $(cat "$here/$name.options") "$@"
exec "$program" "-max_total_time=${PROMPTD_FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 \
	-print_final_stats=1 "-artifact_prefix=$work/crashes/$name-" "$@"
