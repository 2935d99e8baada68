#!/bin/bash
# typing.sh PROGRAMS: texts typed key by key, where a window wants that: also what no key
# of the layout gives. What may act is not typed. The keyboard is as it was in the end,
# and so it is after a process was killed in the midst of it.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
command -v setxkbmap >/dev/null && command -v xkbcomp >/dev/null || {
	echo 'skipped: setxkbmap or xkbcomp is not installed'
	exit 77
}
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$HOME/config"
prompt() { # NAME TEXT
	printf -- '---\ntitle: %s\n---\n%s' "$1" "$2" >"$work/prompts/$1.prompt.md"
}
ascii='The quick {brown} fox & <jumps> "over" 0123456789 $HOME `id` \n ~!@#%^*()_+-=[];:?/|'
cyrillic='Съешь ещё этих мягких французских булок, да выпей чаю'
emoji='Grüße 👩‍👩‍👧 🎉 e'$'\xcc\x81'' 你好 שלום ß€'
long=$(head -c 2000 /dev/zero | tr '\0' 'a')
prompt ascii "$ascii"
prompt cyrillic "$cyrillic"
prompt emoji "$emoji"
prompt long "$long"
prompt longer "${long}b"
prompt lines $'one\ntwo'
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
cat >"$HOME/config/desktop.conf" <<-EOS
	window.sink = typing
	menu = grep "^[^ ]*\$(cat '$work/choice')  "
EOS
# Alone, so that no other program's keyboard changes what is compared.
keyboard() {
	xkbcomp "$DISPLAY" - 2>/dev/null | sed -n '/xkb_symbols/,/^};/p'
}
setxkbmap us || fail 'setxkbmap'
keyboard >"$work/before"
[ -s "$work/before" ] || fail 'xkbcomp shows no keyboard'
start xterm xterm -u8 -class sink -e sh -c "stty raw -echo; exec cat >>'$work/out'"
"$bin/desktop-keys" wait sink >/dev/null || fail 'xterm does not come'
begin() {
	start desktop "$bin/promptd-desktop"
	desktop=$last
	wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
}
finish() {
	kill "$desktop"
	wait "$desktop" || fail "promptd-desktop ended with status $?"
	[ "$(keyboard)" = "$(cat "$work/before")" ] ||
		fail "the keyboard is another: $(keyboard | diff - "$work/before")"
}
begin
"$bin/promptd" desktop why | grep -q '^key typing' || fail 'why says something else'

done=0
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
out_is_as_long_as() { # TEXT
	[ "$(wc -c <"$work/out")" -ge "$(printf %s "$1" | wc -c)" ]
}
typed() { # CHOICE TEXT WHERE
	printf '%s' "$1" >"$work/choice"
	copy clipboard old
	: >"$work/out"
	"$bin/desktop-keys" press Control_L+Alt_L+space
	done=$((done + 1))
	wait_for "$1 ends, $3" rows_are "$done"
	wait_for "$1 is typed, $3" out_is_as_long_as "$2"
	[ "$(cat "$work/out")" = "$2" ] || fail "$1, $3: $(cat "$work/out")"
	[ "$(xclip -o -selection clipboard)" = old ] || fail "$1, $3: the old clipboard is not back"
	echo "ok $1, $3"
}
refused() { # CHOICE TEXT
	printf '%s' "$1" >"$work/choice"
	: >"$work/out"
	"$bin/desktop-keys" press Control_L+Alt_L+space
	done=$((done + 1))
	wait_for "$1 ends" rows_are "$done"
	grep -q "Not typed: $2" "$work/desktop.log" || fail "$1: nothing is said"
	[ ! -s "$work/out" ] || fail "$1 was typed: $(cat "$work/out")"
	[ "$(xclip -o -selection clipboard)" = "$(cat "$work/prompts/$1.prompt.md" | sed 1,3d)" ] ||
		fail "$1 is not on the clipboard"
	echo "ok $1 refused"
}
typed ascii "$ascii" us
typed cyrillic "$cyrillic" us
typed long "$long" us
"$bin/desktop-keys" press Caps_Lock
typed ascii "$ascii" 'Caps Lock'
"$bin/desktop-keys" press Caps_Lock
# The keys of a text's own are given back in the end; until then, for a while, a second
# text that needs as many is refused rather than spoil the first.
finish
echo 'ok the keyboard is as it was'
begin
typed emoji "$emoji" us
setxkbmap de
typed ascii "$ascii" de
setxkbmap ru
typed ascii "$ascii" ru
setxkbmap us
refused longer 'too long'
refused lines 'several lines'
finish

# Killed with Shift down, and in the midst of typing.
opens() {
	echo ascii >"$work/choice"
	: >"$work/out"
	"$bin/desktop-keys" press Control_L+Alt_L+space
	done=$((done + 1))
	wait_for 'the hotkey works' rows_are "$done"
}
for story in '1' '2' '5 ЖЖЖ'; do
	# shellcheck disable=SC2086
	"$bin/desktop-killed" $story >"$work/killed.log" 2>&1
	[ $? -eq 137 ] || fail "it was not killed: $(cat "$work/killed.log")"
	"$bin/desktop-killed" held || fail 'no key stayed down: nothing is shown by this'
	start desktop "$bin/promptd-desktop"
	wait_for 'it is ready' eval '"$bin/promptd" desktop status >/dev/null 2>&1'
	! "$bin/desktop-killed" held || fail "after $story a key is still down"
	opens
	kill "$last"
	wait "$last"
	[ "$(keyboard)" = "$(cat "$work/before")" ] || fail "after $story the keyboard is another"
	echo "ok killed behind $story"
done

# Crashed there: the keys are let go though nobody comes after.
for story in '-1' '-2' '-5 ЖЖЖ'; do
	# shellcheck disable=SC2086
	"$bin/desktop-killed" $story >"$work/killed.log" 2>&1
	# A sanitizer reports it, and ends with a status of its own.
	[ $? -eq 139 ] || grep -q 'AddressSanitizer: SEGV' "$work/killed.log" ||
		fail "it did not crash: $(cat "$work/killed.log")"
	wait_for "no key is down after a crash behind $story" eval '! "$bin/desktop-killed" held'
	echo "ok crashed behind $story"
done
