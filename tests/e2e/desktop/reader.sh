#!/bin/bash
# reader.sh PROGRAMS: what a screen reader gets of the picker: with one at work the
# window has the focus, every element has its name, and after the choice the focus is
# where it was. And what needs no reader but the focus: closing by another window.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
python=/usr/bin/python3 # the one that Debian's gi is for
if ! command -v dbus-daemon >/dev/null || ! "$python" -c '
import gi
gi.require_version("Atspi", "2.0")' 2>/dev/null || [ ! -e /usr/libexec/at-spi-bus-launcher ]; then
	echo 'skipped: dbus-daemon, at-spi2-core or gir1.2-atspi-2.0 is not installed'
	exit 77
fi
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
# The bridge to the accessibility bus is told apart only by whole stacks.
export ASAN_OPTIONS=fast_unwind_on_malloc=0

mkdir -p "$work/prompts"
cat >"$work/prompts/dear.prompt.md" <<-EOS
	---
	title: Dear
	tags: [mail]
	inputs:
	  who: {required: true, description: the name}
	  tone: {enum: [warm, cool], default: warm}
	  n: {type: integer, default: 3}
	  sign: {type: boolean, default: false}
	---
	dear {{who}}, {{tone}} {{n}}{{#sign}} x{{/sign}}
EOS
printf -- '---\ntitle: Quartz\n---\n[quartz]' >"$work/prompts/quartz.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompts are not imported'
start bus dbus-daemon --session --nofork --print-address=3 3>"$work/bus"
wait_for 'a session bus' grep -q guid= "$work/bus"
read -r DBUS_SESSION_BUS_ADDRESS <"$work/bus"
export DBUS_SESSION_BUS_ADDRESS
"$python" "$here/reader.py" on || fail 'there is no accessibility bus'

start xterm xterm -T sink -e sh -c "stty raw -echo; exec cat >'$work/out'"
sink=$("$bin/desktop-keys" wait XTerm) || fail 'xterm does not come'
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"

tree() { # TEXT: what is seen, as soon as TEXT is in it
	"$python" "$here/reader.py" tree "$1" >"$work/tree.log" || fail "no \"$1\" in the tree"
}
has() { # LINE…: in the tree, blanks before it or not
	local line
	for line in "$@"; do
		grep -qE "^ *$line\$" "$work/tree.log" || {
			cat "$work/tree.log"
			fail "the tree has no line \"$line\""
		}
	done
}
out_is() {
	[ "$(cat "$work/out")" = "$1" ]
}
# The reader is asked for after the start, without waiting: the first calls may come before
# it is known of.
focused() {
	"$bin/desktop-keys" press 'Control_L+Alt_L+space d'
	"$python" "$here/reader.py" tree "'Search prompts' focused text='d'@1" 3 \
		>"$work/tree.log" 2>&1 && return
	"$bin/desktop-keys" press Escape
	"$bin/desktop-keys" free any
	return 1
}
wait_for 'the window has the focus' focused
"$bin/desktop-keys" press e
tree "text='de'@2"
has "window 'promptd' active *" "text 'Search prompts' focused text='de'@2" \
	"list box 'Prompts' .*" "list item 'Dear, dear   #mail, personal' selected.*" \
	"text 'Preview'  text='dear \{\{who\}\}, warm 3'@.*" "label 'paste'.*"
# Nothing that one acts on is without a name.
if grep -E "(list item|text|button|combo box|check box|list box) ''" "$work/tree.log"; then
	fail 'these elements have no name'
fi
echo 'ok the list'

# Details are heard in the order in which they are seen: what it is, and then how it is.
"$bin/desktop-keys" press Control_L+i
tree "label 'uses'"
has "label 'Dear' .*" "text 'Preview' focused text='dear \{\{who\}\}, warm 3'@.*"
[[ $(sed -n "s/^ *label '\([^']*\)'.*/\1/p" "$work/tree.log" | tr '\n' '|') == \
	'Dear|dear|title|Dear|status|approved|version|1 of 1, '*'|uses|0|'* ]] || {
	cat "$work/tree.log"
	fail 'details are in another order'
}
"$bin/desktop-keys" press Escape
tree "'Search prompts' focused text='de'@2"
echo 'ok the details'

"$bin/desktop-keys" press 'Return b o b'
tree "text='bob'@3"
has "text 'who, required' focused text='bob'@3" "combo box 'tone: warm' *" "text 'n'  text='3'@1" \
	"check box 'sign' *" "label 'the name' .*" "text 'Preview'  text='dear bob, warm 3'@.*"
"$bin/desktop-keys" press 'Tab'
tree "combo box 'tone: warm' focused"
"$bin/desktop-keys" press 'Right Tab BackSpace 7 Tab space'
tree "check box 'sign' focused,checked"
has "text 'Preview'  text='dear bob, cool 7 x'@.*"
echo 'ok the form'
"$bin/desktop-keys" press Return
wait_for 'the choice is pasted' out_is 'dear bob, cool 7 x'
echo 'ok the focus is back'

# The hotkey again, and another window: closed.
"$bin/desktop-keys" press 'Control_L+Alt_L+space q'
tree "focused text='q'@1"
"$bin/desktop-keys" press 'Control_L+Alt_L+space'
"$bin/desktop-keys" wait XTerm >/dev/null || fail 'the hotkey does not close it'
"$bin/desktop-keys" free any
"$bin/desktop-keys" press 'Control_L+Alt_L+space q'
tree "focused text='q'@1"
"$bin/desktop-keys" focus "$sink"
"$bin/desktop-keys" free any
"$bin/desktop-keys" press x
wait_for 'the other window has the keyboard' out_is 'dear bob, cool 7 xx'
"$bin/desktop-keys" press 'Control_L+Alt_L+space Return'
echo 'ok closed by others'
kill "$desktop" || fail 'promptd-desktop has ended'
wait "$desktop" || fail "promptd-desktop ended with status $?"
