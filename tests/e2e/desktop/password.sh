#!/bin/bash
# password.sh PROGRAMS: into a field for a password nothing is pasted, in a window whose
# other fields take it, as the accessibility bus tells them apart. A bus that hangs delays
# nothing.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
python=/usr/bin/python3 # the one that Debian's gi is for
if ! command -v dbus-daemon >/dev/null || [ ! -e /usr/libexec/at-spi-bus-launcher ] ||
	! "$python" -c '
import gi
gi.require_version("Gtk", "3.0")' 2>/dev/null; then
	echo 'skipped: dbus-daemon, at-spi2-core, python3-gi or gir1.2-gtk-3.0 is not installed'
	exit 77
fi
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"
# The bridge to the accessibility bus is told apart only by whole stacks.
export ASAN_OPTIONS=fast_unwind_on_malloc=0

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: quartz\n---\n[quartz]' >"$work/prompts/quartz.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
start bus dbus-daemon --session --nofork --print-address=3 3>"$work/bus"
wait_for 'a session bus' grep -q guid= "$work/bus"
read -r DBUS_SESSION_BUS_ADDRESS <"$work/bus"
export DBUS_SESSION_BUS_ADDRESS
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
start fields "$python" "$here/fields.py" "$work/fields"
has_keyboard() {
	"$bin/promptd-desktop" --why | grep -q 'instance fields.py'
}
wait_for 'the window has the keyboard' has_keyboard

rows=0
rows_are() {
	"$bin/promptd" status --json | grep -q "\"usage_pending\":$1,"
}
paste() { # and that it has ended
	"$bin/desktop-keys" press 'Control_L+Alt_L+space Return'
	rows=$((rows + 1))
	wait_for 'the paste ends' rows_are "$rows"
}
refusals() {
	grep -c 'field for a password' "$work/desktop.log"
}
first='' again=0
pasted() { # into the first field
	paste
	first="$first[quartz]"
	[ "$(refusals)" -eq "$again" ] || fail "refused $1"
	wait_for "it is in the field $1" eval '[ "$(head -n 1 "$work/fields")" = "$first" ]'
	echo "ok pasted $1"
}
# The program tells its bus when it gets to it: nothing says so to us but what comes of it.
refused() {
	"$bin/desktop-keys" press 'Control_L+Alt_L+space Return'
	rows=$((rows + 1))
	wait_for 'the paste ends' rows_are "$rows"
	[ "$(refusals)" -gt "$again" ]
}
pasted 'into the field for text'
"$bin/desktop-keys" press Tab
wait_for 'the field for a password is known' refused
again=$(refusals)
before=$(sed -n 2p "$work/fields")
paste
[ "$(refusals)" -eq $((again + 1)) ] || fail 'pasted into the field for a password'
[ "$(sed -n 2p "$work/fields")" = "$before" ] || fail 'there is more in it'
again=$((again + 1))
[ "$(xclip -o -selection clipboard)" = '[quartz]' ] || fail 'the text is not on the clipboard'
echo 'ok refused'
"$bin/desktop-keys" press Tab
known() {
	! refused && first="$first[quartz]"
	again=$(refusals)
	[ "$(head -n 1 "$work/fields")" = "$first" ]
}
wait_for 'the field for text is known' known
pasted 'into the field for text again'


# The accessibility bus hangs, and what starts it: nobody waits for either.
hung=$("$python" - <<-'EOS'
	import gi
	gi.require_version("Gtk", "3.0")
	from gi.repository import Gio, GLib
	bus = Gio.bus_get_sync(Gio.BusType.SESSION)
	print(bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
	                    "GetConnectionUnixProcessID", GLib.Variant("(s)", ("org.a11y.Bus",)),
	                    None, 0, 60000, None).unpack()[0])
EOS
) || fail 'nobody starts an accessibility bus'
hung="$hung $(pgrep -P "$hung")" || fail 'there is no accessibility bus'
go_on() {
	kill -CONT $hung
	cleanup
}
trap go_on EXIT
kill -STOP $hung || fail 'they do not hang'
pasted 'while the accessibility bus hangs'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
start desktop "$bin/promptd-desktop"
desktop=$last
wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
again=0
pasted 'by one that was started meanwhile'
kill "$desktop"
wait "$desktop" || fail "promptd-desktop ended with status $?"
