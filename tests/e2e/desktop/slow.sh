#!/bin/bash
# slow.sh PROGRAMS: the picker over a disk that takes as long as this script says: what is
# typed is painted, Escape gives the keyboard back, Enter pastes what was searched for when
# the disk has answered, and the end waits for nobody for ever.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts"
for name in quartz jigsaw; do
	printf -- '---\ntitle: %s\n---\n[%s]' "$name" "$name" >"$work/prompts/$name.prompt.md"
done
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
# Every lock of the library's files waits while this file is there.
export SLOW_WHILE="$work/slow" SLOW_FOLDER="$PROMPTD_HOME/data"
start desktop env LD_PRELOAD="$bin/libdesktop-slow.so" \
	ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
out_is() {
	[ "$(cat "$work/out")" = "$1" ]
}
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
# It works before.
"$bin/desktop-keys" press 'Control_L+Alt_L+space j i g Return'
wait_for 'a paste' out_is '[jigsaw]'
wait_for 'its row' rows_are 1
echo 'ok with a quick disk'

: >"$SLOW_WHILE"
"$bin/desktop-keys" press 'Control_L+Alt_L+space q'
picture() { # FILE; what GTK itself leaks is another test's affair
	ASAN_OPTIONS=detect_leaks=0 "$bin/desktop-shot" "$1"
}
# As long as nothing changes by itself any more: it says that it waits.
settled() {
	picture "$work/q1.png" || return
	sleep 0.5
	picture "$work/q.png" && cmp -s "$work/q1.png" "$work/q.png"
}
wait_for 'it opens' settled
"$bin/desktop-keys" press 'u a'
other_picture() {
	picture "$work/qua.png" && ! cmp -s "$work/q.png" "$work/qua.png"
}
wait_for 'what is typed is painted' other_picture
wait_for 'somebody waits for the disk, or this shows nothing' test -e "$SLOW_WHILE.waits"
echo 'ok keys are painted'
"$bin/desktop-keys" press 'Return Escape'
"$bin/desktop-keys" free any || fail 'the keyboard is not back after Escape'
"$bin/desktop-keys" press x
wait_for 'the keyboard is back' out_is '[jigsaw]x'
echo 'ok closed by Escape'

"$bin/desktop-keys" press 'Control_L+Alt_L+space q u a Return'
rm "$SLOW_WHILE"
wait_for 'what was searched for is pasted' out_is '[jigsaw]x[quartz]'
wait_for 'its row' rows_are 2
echo 'ok Enter waits for its rows'
kill "$desktop" || fail 'promptd-desktop has ended'
wait "$desktop" || fail "promptd-desktop ended with status $?"
