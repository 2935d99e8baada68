# What the scripts here share; sourced. A failure is told where it happens and counted,
# so that one does not hide the others; verdict() is the last line.
failures=0

fail() {
	printf 'FAILED: %s\n' "$*" >&2
	failures=$((failures + 1))
}

part() {
	printf '%s\n' "$1"
}

# has TEXT WHERE: a string holds another.
has() {
	case $2 in
	*"$1"*) ;;
	*) fail "not found: $1 in: $2" ;;
	esac
}

# until_so COMMAND...: wait until it succeeds; a failure after a minute. $log, if it is
# set, is a file that tells more.
until_so() {
	local _
	for _ in {1..1200}; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	fail "never: $*${log:+; the log: $(tail -5 "$log")}"
	return 1
}

verdict() {
	[ "$failures" = 0 ] && echo "all well" && exit 0
	printf '%d failures\n' "$failures" >&2
	exit 1
}
