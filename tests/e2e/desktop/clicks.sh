#!/bin/bash
# clicks.sh PROGRAMS: a click beside the picker closes it, and is the click it would have
# been without one: under openbox, under i3 and without a window manager, whether the picker
# has the focus or not. A click in it and the wheel do not close it.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
unmanaged=yes
# shellcheck source=tests/e2e/desktop/display.sh
. "$here/display.sh"

mkdir -p "$work/prompts" "$PROMPTD_HOME/config"
printf -- '---\ntitle: quartz\n---\n[quartz]' >"$work/prompts/quartz.prompt.md"
"$bin/promptd" import "$work/prompts" >"$work/import.log" 2>&1 || fail 'the prompt is not imported'
# Two terminals beside each other that are told of clicks: the picker lies between.
sink() { # NAME GEOMETRY
	: >"$work/$1.out"
	start "$1" xterm -name "$1" -geometry "$2" -e sh -c \
		"stty raw -echo; printf '\033[?1000h'; exec cat >'$work/$1.out'"
}
grew() { # NAME BYTES
	[ "$(stat -c %s "$work/$1.out")" -ge "$2" ]
}
bytes_in() {
	stat -c %s "$work/$1.out"
}
opens() {
	"$bin/desktop-keys" press Control_L+Alt_L+space
	"$bin/desktop-keys" top promptd-desktop >/dev/null || fail "the picker does not open $where"
}
seen() {
	"$bin/desktop-keys" seen "$1" >/dev/null
}
closed() { # with the focus it needs no grab: both are waited for
	wait_for "the picker is closed $where" eval '! seen promptd-desktop'
	"$bin/desktop-keys" free any || fail "the keyboard is not back $where"
}
goes_to() { # NAME: what is typed, once it has the focus again: a window manager may pass a
	# click on before it gives that (i3 does)
	local before
	"$bin/desktop-keys" wait "$1" >/dev/null || fail "$1 has no focus $where"
	before=$(bytes_in "$1")
	"$bin/desktop-keys" press x
	wait_for "keys go to $1 $where" grew "$1" $((before + 1))
	[ "$(tail -c 1 "$work/$1.out")" = x ] || fail "$1 got something else $where"
}
clicked() { # NAME X: a click there, which it is told of (6 bytes to a press, 6 to its end)
	local before
	before=$(bytes_in "$1")
	"$bin/desktop-keys" click "$2 700"
	wait_for "$1 is told of the click $where" grew "$1" $((before + 12))
	closed
}
desktop_start() {
	start desktop "$bin/promptd-desktop"
	desktop=$last
	wait_for 'promptd-desktop is ready' grep -q desktop.ready "$work/desktop.log"
}
end() { # PID…
	kill "$@"
	wait "$@" 2>/dev/null
}

# The picker takes no focus, or it does: what is clicked is the same.
story() { # MANAGED
	local managed=$1
	opens
	"$bin/desktop-keys" wheel '60 700'
	"$bin/desktop-keys" click '640 300' # in it
	"$bin/desktop-keys" press q
	"$bin/desktop-keys" press Escape
	closed
	opens
	clicked left 60
	goes_to left
	opens
	clicked right 1220
	if [ "$managed" = yes ]; then
		goes_to right # a window manager gives it the focus
	else
		goes_to left
	fi
	opens
	"$bin/desktop-keys" press q
	clicked left 60
	goes_to left
	! grep -q q "$work/left.out" || fail "what was typed into the picker came out of it, $where"
	echo "ok $where"
}
for manager_name in openbox i3 ''; do
	if [ "$manager_name" = i3 ] && ! command -v i3 >/dev/null; then
		echo 'not tried under i3, which is not installed'
		continue
	fi
	managed=no
	[ -z "$manager_name" ] || { manage "$manager_name" && managed=yes; }
	sink left 40x58+0+0
	left=$last
	wait_for 'a terminal comes' seen left
	sink right 40x58-0+0
	right=$last
	wait_for 'a terminal comes' seen right
	for mode in auto window; do
		where="${manager_name:-no window manager}, $mode"
		echo "picker.mode = $mode" >"$PROMPTD_HOME/config/desktop.conf"
		desktop_start
		if [ "$managed" = yes ]; then
			"$bin/desktop-keys" click '60 700'
			"$bin/desktop-keys" wait left >/dev/null || fail 'left has no focus'
		else
			"$bin/desktop-keys" focus "$("$bin/desktop-keys" seen left)"
		fi
		story "$managed"
		kill "$desktop"
		wait "$desktop" || fail "promptd-desktop ended with status $? $where"
	done
	end "$left" "$right"
	[ "$managed" = no ] || end "$manager"
	"$bin/desktop-keys" unmanaged any || fail 'the window manager stays'
done
