#!/bin/bash
# promptd setup in a home without a service manager: what it writes, that it writes
# it once, what it leaves alone, and that --remove takes exactly that away.
#
#	setup.sh DIRECTORY-OF-PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
export PROMPTD_AUTOSTART=no
bin=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-setup.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work/home LC_ALL=C.UTF-8
unset PROMPTD_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
mkdir "$HOME"
promptd=$bin/promptd
units=$HOME/.config/systemd/user
entry=$HOME/.config/autostart/promptd-agent.desktop

# run STATUS WORDS...: promptd setup with these words must end so. Sets $out.
run() {
	local wanted=$1 got
	shift
	out=$("$promptd" setup "$@" 2>&1)
	got=$?
	[ "$got" = "$wanted" ] || fail "setup $*: exit $got, not $wanted: $out"
}

# json STATUS EXPRESSION WORDS...: and the answer `a` is so.
json() {
	local wanted=$1 expression=$2
	shift 2
	run "$wanted" "$@" --json
	python3 -c 'import json, sys
a = json.loads(sys.argv[1])
assert eval(sys.argv[2]), a' "$out" "$expression" || fail "setup $* --json: not so: $expression"
}

files() {
	(cd "$HOME" && find .config -type f 2>/dev/null | sort | while read -r file; do
		printf '%s %s\n' "$(stat -c %a "$file")" "$file"
		cat "$file"
	done)
}

nothing=$(files)
run 0 --dry-run
case $out in *"would be written"*"$entry"*) ;; *) fail "a dry run says: $out" ;; esac
[ "$(files)$(ls -A "$HOME")" = "$nothing" ] || fail "a dry run wrote"
json 0 'a["dry_run"] and [f["result"] for f in a["files"]] == ["would be written"] * 3' --dry-run

run 0
for file in "$entry" "$units/promptd-agent.service" "$units/promptd-agent.socket"; do
	[ -f "$file" ] || fail "not written: $file"
done
grep -qx "ExecStart=\"$promptd\" agent --foreground --replace" "$units/promptd-agent.service" ||
	fail "the unit starts something else"
grep -qx "Exec=\"$promptd\" agent" "$entry" || fail "the entry starts something else"
! grep -r '@PROMPTD@' "$HOME/.config" || fail "a mark is left"
once=$(files)
json 0 'not a["dry_run"] and [f["result"] for f in a["files"]] == ["unchanged"] * 3'
[ "$(files)" = "$once" ] || fail "setup twice is not setup once"

# What checks them may be absent.
if command -v desktop-file-validate >/dev/null; then
	desktop-file-validate "$entry" || fail "desktop-file-validate"
fi
if command -v systemd-analyze >/dev/null; then
	XDG_RUNTIME_DIR=$work systemd-analyze --user --man=no verify \
		"$units/promptd-agent.service" "$units/promptd-agent.socket" >"$work/verify" 2>&1 ||
		fail "systemd-analyze verify: $(cat "$work/verify")"
fi

# The autostart entry does what it says, and leaves one agent behind.
sh -c "$(sed -n 's/^Exec=//p' "$entry")" >/dev/null || fail "Exec= does not start"
"$promptd" agent --stop >/dev/null || fail "stop"

# One that is of an older version is brought up to date; one of ours that somebody
# edited is still ours.
echo '# edited' >>"$units/promptd-agent.service"
json 0 '[f["result"] for f in a["files"]].count("written") == 1'
[ "$(files)" = "$once" ] || fail "an edited unit was not brought up to date"
run 0 --remove --dry-run
case $out in *"would be removed"*) ;; *) fail "a dry removal says: $out" ;; esac
[ -f "$entry" ] || fail "a dry removal removed"
echo mine >"$units/mine.service"
run 0 --remove
left=$(cd "$HOME/.config" && find . -type f -not -path './promptd/*')
[ "$left" = ./systemd/user/mine.service ] || fail "--remove left, or took: $left"
json 0 '[f["result"] for f in a["files"]] == ["absent"] * 3' --remove

# Files of that name that are not ours stay as they are, and are named.
printf '[Unit]\nDescription=my own\n' >"$units/promptd-agent.service"
run 1
case $out in *"is there and is not ours"*) ;; *) fail "a foreign unit: $out" ;; esac
[ -f "$entry" ] || fail "a foreign unit kept the others from being written"
run 0 --remove
grep -q 'my own' "$units/promptd-agent.service" || fail "--remove took a foreign unit"
[ ! -e "$entry" ] || fail "--remove left the entry"
rm "$units/promptd-agent.service"

# Links of a dotfiles folder stay links; what lies at their end is ours to take away.
mkdir -p "$work/dotfiles" && touch "$work/dotfiles/kept"
rmdir "$HOME/.config/autostart" && ln -s "$work/dotfiles" "$HOME/.config/autostart"
run 0
[ -f "$work/dotfiles/promptd-agent.desktop" ] || fail "a linked folder is not followed"
run 0 --remove
[ "$(ls "$work/dotfiles")" = kept ] || fail "--remove left, or took: $(ls "$work/dotfiles")"
[ -L "$HOME/.config/autostart" ] || fail "--remove took a link"

# XDG_CONFIG_HOME counts; a folder that cannot be written is said.
XDG_CONFIG_HOME=$work/other run 0
[ -f "$work/other/autostart/promptd-agent.desktop" ] || fail "XDG_CONFIG_HOME"
: >"$work/file"
XDG_CONFIG_HOME=$work/file run 1
[ "$(cat "$work/file")" = "" ] || fail "a file that stood in the way was changed"

# A program whose path has blanks and percent signs is started all the same.
odd="$work/a b%c"
mkdir "$odd" && cp "$promptd" "$odd/promptd"
out=$(XDG_CONFIG_HOME=$work/odd "$odd/promptd" setup 2>&1) || fail "odd path: $out"
grep -qxF "ExecStart=\"$work/a b%%c/promptd\" agent --foreground --replace" \
	"$work/odd/systemd/user/promptd-agent.service" || fail "odd path in the unit"
mkdir "$work/a\$b" && cp "$promptd" "$work/a\$b/promptd"
out=$(XDG_CONFIG_HOME=$work/worse "$work/a\$b/promptd" setup 2>&1) && fail "a path with \$ was taken"
[ ! -e "$work/worse" ] || fail "a path with \$ was written"

# A home of trials is not for logins.
PROMPTD_HOME=$work/trial run 6

verdict
