#!/bin/bash
# clipboard.sh PROGRAMS: after a paste the old clipboard is back, byte for byte and
# form for form, whatever it was; and when its owner hangs or dies, the text is pasted
# all the same and the person is told what was lost.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts"
printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
printf 'Grüße' >"$work/text"
printf '<b>Grüße</b>' >"$work/html"
head -c 5000000 /dev/urandom >"$work/png"
printf 'file:///etc/hosts\r\n' >"$work/uris"
: >"$work/empty"

start xterm xterm -e sh -c "stty raw -echo; exec cat >'$work/out'"
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'xterm does not come'
mkdir -p "$work/home/config"
start desktop "$bin/promptd-desktop" \
	--menu="touch '$work/asked'; sleep 1; head -n 1"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
hotkey_opens() {
	local i
	"$bin/desktop-keys" press Control_L+Alt_L+space
	for ((i = 0; i < 300; i++)); do
		[ -e "$work/asked" ] && return 0
		sleep 0.05
	done
	return 1
}
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
owner() {
	: >"$work/owner"
	"$bin/desktop-owner" "$@" >"$work/owner" 2>"$work/owner.log" </dev/null &
	started+=($!)
	wait_for 'somebody copies' grep -q owned "$work/owner"
}
pastes=0
paste() {
	rm -f "$work/asked"
	wait_for 'the menu opens' hotkey_opens
	pastes=$((pastes + 1))
	wait_for 'the paste ends' rows_are "$pastes"
	wait_for 'the text is there' out_has "$pastes" # xterm has it before it hands it on
	[ "$(wc -c <"$work/out")" -eq "$pastes" ] || fail "$(wc -c <"$work/out") bytes were pasted"
}
out_has() { # BYTES
	[ "$(wc -c <"$work/out")" -ge "$1" ]
}
form_is() { # TARGET FILE
	xclip -o -selection clipboard -t "$1" >"$work/form" 2>/dev/null
	cmp -s "$work/form" "$2" || fail "$1 is not what it was: $(wc -c <"$work/form") bytes"
}
forms_are_back() {
	form_is UTF8_STRING "$work/text"
	form_is text/html "$work/html"
	form_is image/png "$work/png"
	form_is text/uri-list "$work/uris"
	xclip -o -selection clipboard -t TARGETS | sort >"$work/targets"
	for target in UTF8_STRING text/html image/png text/uri-list application/x-empty; do
		grep -qx "$target" "$work/targets" || fail "$target is not offered any more"
	done
	! grep -qx image/bmp "$work/targets" || fail 'a derived picture was saved'
}

owner UTF8_STRING="$work/text" text/html="$work/html" image/png="$work/png" \
	text/uri-list="$work/uris" application/x-empty="$work/empty" image/bmp="$work/png"
paste
forms_are_back
echo 'ok text, HTML, a picture of 5 MB, files'
# Now it is ours: not saved again, and still there.
paste
forms_are_back
echo 'ok the same again after a second paste'

owner hang
paste
grep -q 'could not be kept' "$work/desktop.log" || fail 'nothing was said of what was lost'
echo 'ok an owner that hangs'

owner die UTF8_STRING="$work/text" text/html="$work/html" image/png="$work/png"
paste
form_is UTF8_STRING "$work/text"
echo 'ok an owner that dies half way'

# In a session of its own it is one call, which stays as long as it holds the clipboard.
copy clipboard old
"$bin/promptd-desktop" --pick --menu='head -n 1' 2>"$work/pick.log" &
pick=$!
pastes=$((pastes + 1))
wait_for 'the paste of --pick ends' rows_are "$pastes"
form_is UTF8_STRING <(printf old)
kill -0 "$pick" || fail 'it ended and took the clipboard with it'
copy clipboard newer
copy primary newer
wait_for 'it ends when it is not needed any more' eval "! kill -0 $pick 2>/dev/null"
wait "$pick" || fail "--pick ended with status $?"
echo 'ok --pick'

# The display dies: it ends, so that who watches over it can start it again.
kill "${started[0]}"
wait "$desktop"
status=$?
[ "$status" -eq 1 ] || fail "the display died, and promptd-desktop ended with $status"
echo 'ok the display dies'
