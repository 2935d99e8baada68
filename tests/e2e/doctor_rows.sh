# shellcheck shell=bash disable=SC2154
# To be sourced where promptd is in PATH, $work is a folder, $failures counts and fail
# says: rows of promptd doctor.

# row CHECK RESULT [TEXT]: a row of that check and result, holding that text. Prints
# what is to be done about it.
row() {
	promptd doctor --json | python3 -c 'import json, sys
a = json.load(sys.stdin)
rows = [c for c in a["checks"] if c["check"] == sys.argv[1]]
wanted = [c for c in rows if c["result"] == sys.argv[2] and sys.argv[3] in c["message"]]
if not wanted:
    sys.exit("no such row: %s; there are: %s" % (sys.argv[1:], rows))
print(wanted[0].get("mend", ""))' "$1" "$2" "${3:-}"
}

# content CHECK: it has rows, and all of them are ok.
content() {
	promptd doctor --json | python3 -c 'import json, sys
a = json.load(sys.stdin)
rows = [c for c in a["checks"] if c["check"] == sys.argv[1]]
sys.exit(0 if rows and all(c["result"] == "ok" for c in rows) else str(rows))' "$1"
}

# mended CHECK RESULT TEXT: the row is there; its advice, a command, is followed; it is
# gone.
mended() {
	local mend before=$failures
	mend=$(row "$@") || { fail "$1: not noticed"; return 1; }
	[ -n "$mend" ] || fail "$1: no advice: $*"
	eval "$mend" >"$work/mend" 2>&1 || fail "$1: $mend: $(cat "$work/mend")"
	content "$1" || fail "$1: after $mend"
	[ "$failures" = "$before" ] && printf 'ok %s: %s\n' "$1" "$mend"
}
