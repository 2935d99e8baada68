#!/bin/bash
# kept.sh PROGRAMS: promptd-desktop is killed between the paste and the old clipboard's
# return. The next one puts it back, once, and never over something newer; what was marked
# secret is kept nowhere. Skipped where there is no memory file system.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
[ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] || {
	echo 'skipped: /dev/shm is no memory file system'
	exit 77
}
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
memory=$(mktemp -d /dev/shm/promptd-kept.XXXXXX) || fail 'no room in memory'
end_memory() {
	cleanup
	rm -rf "$memory"
}
trap end_memory EXIT
export PROMPTD_HOME=$memory/home
kept=$PROMPTD_HOME/run/clipboard.kept
mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
printf 'Grüße' >"$work/text"
head -c 100000 /dev/urandom >"$work/png"
printf secret >"$work/secret"
# Time enough to be killed in before the old content comes back.
printf "menu = head -n 1\nwindow.xterm = terminal quiet 10000\n" >"$PROMPTD_HOME/config/desktop.conf"
start xterm xterm -e sh -c "stty raw -echo; exec cat >>'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
: >"$work/out"

begin() {
	start desktop "$bin/promptd-desktop"
	desktop=$last
	wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
}
pasted=0
paste() {
	"$bin/desktop-keys" press Control_L+Alt_L+space
	pasted=$((pasted + 1))
	wait_for 'the text is pasted' eval '[ "$(wc -c <"$work/out")" -eq "$pasted" ]'
}
end_hard() {
	kill -9 "$desktop"
	wait "$desktop" 2>/dev/null
}
owner() {
	: >"$work/owner"
	"$bin/desktop-owner" "$@" >"$work/owner" 2>"$work/owner.log" </dev/null &
	started+=($!)
	wait_for 'somebody copies' grep -q owned "$work/owner"
}
form_is() { # TARGET FILE
	xclip -o -selection clipboard -t "$1" >"$work/form" 2>/dev/null
	cmp -s "$work/form" "$2" || fail "$1 is not what it was: $(wc -c <"$work/form") bytes"
}

owner UTF8_STRING="$work/text" image/png="$work/png"
begin
paste
[ "$(stat -c %a "$kept")" = 600 ] || fail 'what is kept is not private'
end_hard
begin
form_is UTF8_STRING "$work/text"
form_is image/png "$work/png"
[ ! -e "$kept" ] || fail 'what was put back is still kept'
echo 'ok put back'

# Somebody copied before the next start: theirs stays.
paste
[ -e "$kept" ] || fail 'nothing is kept'
end_hard
copy clipboard newer
begin
[ "$(xclip -o -selection clipboard)" = newer ] || fail 'a newer copy was overwritten'
[ ! -e "$kept" ] || fail 'it is still kept'
echo 'ok a newer copy stays'

# Marked by its owner, it is not written anywhere. (The other selection is nobody's.)
xclip -selection primary </dev/null
owner UTF8_STRING="$work/secret" x-kde-passwordManagerHint="$work/secret"
paste
! grep -qs secret "$kept" || fail 'a secret was written down'
end_hard
echo 'ok secrets are kept nowhere'
