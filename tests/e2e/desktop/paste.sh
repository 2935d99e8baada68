#!/bin/bash
# paste.sh PROGRAMS: hotkey, menu, paste into a real xterm under a real window
# manager, and the old clipboard back; what must not be pasted is not.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

prompt() { # NAME: text from stdin
	mkdir -p "$work/prompts"
	{ printf -- '---\ntitle: %s\n---\n' "$1" && cat; } >"$work/prompts/$1.prompt.md"
}
printf 'x' | prompt one
printf 'Grüße, Ελλάδα, Привет, 你好, שלום 👩‍👩‍👧 e\xcc\x81 {{braces}} $HOME `id` \\n' | prompt scripts
printf 'first\n\tsecond with a tab\nthird' | prompt lines
printf 'dear {{who}}, hello' | prompt variable
sed -i 's/^title: variable$/&\ninputs:\n  who: {required: true}/' "$work/prompts/variable.prompt.md"
head -c 150000 /dev/zero | tr '\0' a | prompt long
printf 'touch %s/executed #' "$work" | prompt command
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'

# The menu chooses what $work/choice says, and writes down what it was asked.
cat >"$work/menu" <<-EOS
	cat >"$work/rows"
	echo "\$1" >>"$work/asked"
	case \$1 in
	Prompt) [ ! -x "$work/meanwhile" ] || "$work/meanwhile"
		grep "^[^ ]*\$(cat "$work/choice")  " "$work/rows" ;;
	*lines*) echo 'paste all lines' ;;
	*) echo 'Zoë' ;;
	esac
EOS
start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
sink=$("$bin/desktop-keys" wait XTerm) || fail 'xterm does not come'
start desktop "$bin/promptd-desktop" --menu="sh '$work/menu' \"\$1\""
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
copies() { # the person copies and marks
	copy clipboard "$1"
	copy primary "$1 primary"
}
clipboard_is() {
	holds "${2:-clipboard}" "$1"
}
call() { # CHOICE
	printf '%s' "$1" >"$work/choice"
	: >"$work/asked"
	wait_for "the menu opens for $1" hotkey_opens
}
# While the menu before it is still closing a press does nothing.
hotkey_opens() {
	local i
	"$bin/desktop-keys" press Control_L+Alt_L+space
	for ((i = 0; i < 300; i++)); do
		[ -s "$work/asked" ] && return 0
		sleep 0.05
	done
	return 1
}
rows_are() { # a usage row for each paste, whatever came of it
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
out_is() {
	cmp -s "$work/expected" "$work/out"
}

: >"$work/expected"

pasted=0
paste() { # CHOICE EXPECTED
	copies "old before $1"
	printf '%s' "$2" >>"$work/expected"
	call "$1"
	wait_for "$1 is pasted" out_is
	pasted=$((pasted + 1))
	wait_for "the paste of $1 ends" rows_are "$pasted"
	clipboard_is "old before $1" || fail "the old clipboard is not back after $1"
	clipboard_is "old before $1 primary" primary || fail "the old primary is not back after $1"
	echo "ok $1"
}
paste one x
paste scripts 'Grüße, Ελλάδα, Привет, 你好, שלום 👩‍👩‍👧 e'$'\xcc\x81'' {{braces}} $HOME `id` \n'
# A terminal turns newlines into what Return sends.
paste lines $'first\r\tsecond with a tab\rthird'
grep -q '^3 lines' "$work/asked" || fail 'several lines into a terminal were not asked about'
paste variable 'dear Zoë, hello'
grep -qx who "$work/asked" || fail 'the value was not asked for'
paste long "$(head -c 150000 /dev/zero | tr '\0' a)"

# Somebody copies within the second after the paste: theirs stays.
copies older
printf x >>"$work/expected"
call one
wait_for 'one is pasted again' out_is
copy clipboard newer
wait_for 'the paste ends' rows_are 6
clipboard_is 'older primary' primary || fail 'the old primary is not back'
clipboard_is newer || fail 'a newer copy was overwritten'
echo 'ok newer copy stays'

# Another window gets the keyboard while the menu is open: nothing is pasted.
start other xterm -T other -name other -e sh -c "stty raw -echo; exec cat >'$work/other'"
wait_for 'the other xterm comes' test -f "$work/other"
other=$("$bin/desktop-keys" wait other) || fail 'the other xterm gets no keyboard'
"$bin/desktop-keys" focus "$sink"
"$bin/desktop-keys" wait xterm >/dev/null || fail 'the first xterm gets no keyboard'
printf '#!/bin/sh\n%s focus %s\n' "$bin/desktop-keys" "$other" >"$work/meanwhile"
chmod +x "$work/meanwhile"
copies older
call one
wait_for 'the person is told' grep -q 'another window has the keyboard' "$work/desktop.log"
clipboard_is x || fail 'the text is not on the clipboard'
out_is && [ ! -s "$work/other" ] || fail 'something was pasted into a window'
rm "$work/meanwhile"
echo 'ok other window gets nothing'

# An interactive shell, with a text that would end a bracketed paste and run: what acts
# is taken out, and no Return is sent.
start shell xterm -T shell -name shell -e bash --norc --noprofile -i
"$bin/desktop-keys" wait shell >/dev/null || fail 'the shell gets no keyboard'
copies older
call command
wait_for 'the shell took the text' rows_are 8
clipboard_is older || fail 'the old clipboard is not back after the shell'
[ ! -e "$work/executed" ] || fail 'the shell ran what was pasted'
"$bin/desktop-keys" press Return
wait_for 'the shell runs it when told to' test -e "$work/executed"
echo 'ok a shell runs nothing by itself'

kill "$desktop" || fail 'promptd-desktop has ended'
wait "$desktop" || fail "promptd-desktop ended with status $?"
echo 'all is pasted as it should be'
