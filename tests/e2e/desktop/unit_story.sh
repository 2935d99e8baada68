# shellcheck shell=bash disable=SC2154
# Sourced by ../user_manager.sh as its story: promptd-desktop under a real systemd user
# manager, in a session that comes and goes.
unit=promptd-desktop.service

desktop_pid() {
	"$promptd" desktop status --json 2>/dev/null | python3 -c 'import json, sys
print(json.load(sys.stdin).get("pid", "none"))'
}
unit_is() { # STATE
	[ "$(systemctl --user show -P ActiveState $unit)" = "$1" ]
}
managed() { # the one that runs is the unit's
	local pid
	pid=$(desktop_pid)
	[ "$pid" != none ] && [ "$pid" = "$(systemctl --user show -P MainPID $unit)" ]
}
opened() {
	stat -c %s "$work/asked"
}
opens() {
	"$work/bin/desktop-keys" press Control_L+Alt_L+space
	[ "$(opened)" -gt "$before" ]
}
works() { # WHEN
	before=$(opened)
	until_so opens || fail "the hotkey does not open the menu $1"
}
server_start() { # as the display it was
	Xvfb ":$number" -displayfd 9 -screen 0 640x480x24 -nolisten tcp -noreset \
		>"$work/Xvfb.log" 2>&1 &
	server=$!
	read -r -t 60 _ <&9 || fail 'Xvfb does not start'
}

story() {
	promptd=$work/bin/promptd
	PATH=$work/bin:$PATH
	local server number=$((20000 + $$ % 30000)) before first
	mkfifo "$work/display"
	exec 9<>"$work/display"
	number=$((number + RANDOM % 1000))
	server_start
	export DISPLAY=:$number
	mkdir -p "$HOME/.config/systemd/user" "$HOME/.config/promptd" "$work/prompts"
	printf '[Unit]\nBindsTo=graphical-session.target\n' \
		>"$HOME/.config/systemd/user/session.target"
	: >"$work/asked"
	echo "menu = echo opened >>'$work/asked'; false" >"$HOME/.config/promptd/desktop.conf"
	printf -- '---\ntitle: one\n---\nx' >"$work/prompts/one.prompt.md"
	"$promptd" import "$work/prompts" >/dev/null || fail import
	systemctl --user daemon-reload
	systemctl --user import-environment DISPLAY
	systemctl --user start session.target || fail 'no session'

	"$promptd" desktop --install || fail 'desktop --install'
	systemctl --user is-enabled -q $unit || fail 'it is not enabled'
	until_so managed || fail "after --install the unit is $(systemctl --user status $unit)"
	works 'after --install'
	first=$(desktop_pid)
	"$promptd" desktop --install >/dev/null || fail 'desktop --install again'
	[ "$(desktop_pid)" = "$first" ] || fail '--install again restarted it'

	kill -9 "$first"
	back() { managed && [ "$(desktop_pid)" != "$first" ]; }
	until_so back || fail 'it did not come back after kill -9'
	works 'after kill -9'

	"$promptd" desktop stop || fail 'desktop stop'
	until_so unit_is inactive || fail 'it is not stopped'
	"$promptd" desktop start >/dev/null || fail 'desktop start'
	managed || fail 'what was started is not the unit'\''s'
	works 'after stop and start'

	# The display dies, and comes back after a while.
	kill -9 "$server"
	wait "$server" 2>/dev/null
	first=$(desktop_pid)
	server_start
	works 'after the display died'
	until_so managed || fail 'what runs after the display died is not the unit'\''s'

	# It goes with the session, and comes with the next one.
	systemctl --user stop session.target graphical-session.target
	until_so unit_is inactive || fail 'it outlives the session'
	[ "$(desktop_pid)" = none ] || fail 'it runs without a session'
	systemctl --user start session.target || fail 'no session'
	until_so managed || fail 'it does not come with the session'
	works 'in the next session'
	systemd-analyze --user --man=no verify "$HOME/.config/systemd/user/$unit" ||
		fail 'systemd-analyze verify'

	"$promptd" desktop --remove || fail 'desktop --remove'
	[ "$(desktop_pid)" = none ] || fail 'it runs after --remove'
	[ -z "$(systemctl --user list-unit-files --no-legend 'promptd-desktop*')" ] ||
		fail 'the unit is left'
	[ -z "$(find "$HOME/.config" -name 'promptd-desktop*')" ] || fail 'files are left'
	kill "$server"
	wait "$server" 2>/dev/null
	[ "$failures" != 0 ] || echo 'ok the unit'
}
