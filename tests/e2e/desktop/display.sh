# shellcheck shell=bash disable=SC2034,SC2154
# To be sourced with $bin set: a display of its own with a window manager, and an empty home. Ends
# with status 77 where the programs for it are absent. Sets $work, $DISPLAY; defines
# fail, start, wait_for, holds, copy, manage. With $unmanaged set there is no window manager.
for program in Xvfb openbox xterm xclip; do
	command -v "$program" >/dev/null || {
		echo "skipped: $program is not installed"
		exit 77
	}
done
export PROMPTD_AUTOSTART=no LC_ALL=C.UTF-8 HISTFILE=/dev/null
export LSAN_OPTIONS=suppressions=${BASH_SOURCE[0]%/*}/leaks.supp:print_suppressions=0
unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR XAUTHORITY
work=$(mktemp -d)
export PROMPTD_HOME=$work/home HOME=$work/home
mkdir -p "$HOME"
started=()

cleanup() {
	local i
	for ((i = ${#started[@]} - 1; i >= 0; i--)); do
		kill "${started[i]}" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

fail() {
	echo "FAILED: $1"
	for log in "$work"/*.log; do
		[ -s "$log" ] && echo "-- $log" && tail -5 "$log"
	done
	exit 1
}

start() { # LOG COMMAND…: in the background, ended at exit
	local log=$work/$1.log
	shift
	: >"$log" # or what the last of that name said would be taken for what this one says
	"$@" >"$log" 2>&1 </dev/null &
	started+=($!)
	last=$!
}

# Until it succeeds: so often as fits into a minute of a machine that does nothing else, and
# no longer than leaves time to say what was waited for.
wait_for() { # TEXT COMMAND…
	local what=$1 i began=$SECONDS
	shift
	for ((i = 0; i < 1200 && SECONDS - began < 200; i++)); do
		"$@" && return
		sleep 0.05
	done
	fail "in $((SECONDS - began)) s: $what"
}

holds() { # SELECTION TEXT
	[ "$(timeout 60 xclip -o -selection "$1" 2>/dev/null)" = "$2" ]
}

# xclip ends before what it asked of the server has reached it, and another of it goes on.
copy() { # SELECTION TEXT: somebody copies, and it is there
	printf '%s' "$2" | xclip -selection "$1"
	wait_for 'what was copied is there' holds "$1" "$2"
}

# The server chooses a free number and says which. Keys that are held do not repeat: how long
# they are held is for the machine to say.
mkfifo "$work/display"
exec 9<>"$work/display"
Xvfb -displayfd 9 -r -screen 0 1280x800x24 -nolisten tcp -noreset >"$work/Xvfb.log" 2>&1 &
started+=($!)
read -r -t 60 number <&9 || fail 'Xvfb does not start'
export DISPLAY=:$number
manage() { # openbox|i3: a window manager; sets $manager, its process
	if [ "$1" = i3 ]; then
		printf '# i3 config file (v4)\n' >"$work/i3.conf"
		start i3 i3 -c "$work/i3.conf"
	else
		start openbox openbox --sm-disable
	fi
	manager=$last
	"$bin/desktop-keys" manager any || fail "$1 does not start"
}
[ -n "${unmanaged:-}" ] || manage openbox
