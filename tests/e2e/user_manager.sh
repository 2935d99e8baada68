#!/bin/bash
# promptd under a real systemd user manager: setup, Type=notify, socket activation, a
# kill, --replace, hardening, --remove. The manager runs as a user without rights, in
# name spaces, with a home and a control group of its own, so that it meets nobody of
# this machine. To make those takes root (CAP_SYS_ADMIN); elsewhere it is skipped.
#
#	user_manager.sh DIRECTORY-OF-PROMPTD
#
# $MANAGER_STORY is a script with another story(), for which $MANAGER_PROGRAMS of that
# directory are there too.
set -uo pipefail
. "$(dirname "$0")/story.sh"
self=$(realpath "$0")
systemd=/lib/systemd/systemd
cgroup=promptd-test-$$
user=65534

skip() {
	printf 'skipped: %s\n' "$*"
	exit 77
}

# until_so COMMAND...: wait until it succeeds; false after a minute.
until_so() {
	local i
	for ((i = 0; i < 600; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

# ── 1: outside ────────────────────────────────────────────────────────────
outside() {
	[ -x $systemd ] || skip "no systemd here"
	[ "$(id -u)" = 0 ] || skip "needs root to give systemd name spaces of its own"
	work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-manager.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir "$work/cgroup" "$work/home" "$work/bin"
	cp "$1/promptd" "$1/promptd-mcp" "$work/bin" || exit 1
	for program in ${MANAGER_PROGRAMS:-}; do
		cp "$1/$program" "$work/bin" || exit 1
	done
	unshare --mount --propagation private bash "$self" --grouped "$work"
	local status=$?
	[ "$status" != 0 ] || [ ! -e "$work/skip" ] || skip "$(cat "$work/skip")"
	exit "$status"
}

# ── 2: in a control group of its own, so that the manager moves nobody else ──
grouped() {
	local status group=$work/cgroup/$cgroup
	mount -t cgroup2 none "$work/cgroup" 2>/dev/null && mkdir "$group" 2>/dev/null &&
		echo $$ 2>/dev/null >"$group/cgroup.procs" ||
		{ echo "no control group can be made here" >"$work/skip"; exit 0; }
	unshare --mount --cgroup --pid --fork --kill-child --mount-proc \
		bash "$self" --alone "$work"
	status=$?
	echo $$ >"$work/cgroup/cgroup.procs"
	find "$group" -depth -type d -exec rmdir {} +
	exit "$status"
}

# ── 3: alone ──────────────────────────────────────────────────────────────
alone() {
	mount -t tmpfs none /run && mkdir -p /run/systemd/system "/run/user/$user" &&
		chmod 700 "/run/user/$user" && mount -t cgroup2 none /sys/fs/cgroup ||
		{ echo "nothing can be mounted here" >"$work/skip"; exit 0; }
	chown -R "$user:$user" "$work" "/run/user/$user" &&
		chown "$user:$user" /sys/fs/cgroup /sys/fs/cgroup/cgroup.{procs,threads,subtree_control}
	setpriv --reuid "$user" --regid "$user" --clear-groups --bounding-set=-all \
		bash "$self" --as-user "$work"
}

# ── 4: as a user ──────────────────────────────────────────────────────────
as_user() {
	export HOME=$work/home XDG_RUNTIME_DIR=/run/user/$user LC_ALL=C.UTF-8
	unset DBUS_SESSION_BUS_ADDRESS PROMPTD_HOME PROMPTD_AUTOSTART XDG_CONFIG_HOME \
		XDG_DATA_HOME XDG_STATE_HOME INVOCATION_ID
	SYSTEMD_LOG_TARGET=console $systemd --user >"$work/log" 2>&1 &
	until_so systemctl --user is-system-running ||
		{ echo "systemd --user does not start here" >"$work/skip"; exit 0; }
	failures=0
	# shellcheck source=/dev/null
	[ -z "${MANAGER_STORY:-}" ] || . "$MANAGER_STORY"
	story
	[ "$failures" = 0 ] || { cat "$work/log" >&2; exit 1; }
}

pid() {
	"$promptd" agent --status --json | python3 -c 'import json, sys
print(json.load(sys.stdin).get("pid", "none"))'
}
unit() { # PROPERTY
	systemctl --user show -P "$1" promptd-agent.service
}
unit_is() { # PROPERTY VALUE
	[ "$(unit "$1")" = "$2" ]
}
managed() { # the agent that answers is the unit's
	[ "$(pid)" = "$(unit MainPID)" ]
}
ping_socket() {
	timeout 60 python3 -c 'import socket
s = socket.socket(socket.AF_UNIX)
s.connect("/run/user/'$user'/promptd/agent.sock")
s.sendall(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n")
assert s.recv(100).startswith(b"{\"jsonrpc\""), "no answer"'
}

story() {
	promptd=$work/bin/promptd
	PATH=$work/bin:$PATH
	local by_hand first kind

	# One that was started by hand makes room for the unit's, socket and all.
	"$promptd" agent >/dev/null || fail "agent by hand"
	by_hand=$(pid)
	"$promptd" setup || fail "setup"
	unit_is ActiveState active || fail "after setup the unit is $(unit ActiveState)"
	managed || fail "the agent is not the unit's"
	[ "$(pid)" != "$by_hand" ] || fail "the one by hand still runs"
	ping_socket || fail "no answer after setup"
	first=$(pid)
	"$promptd" setup >/dev/null || fail "setup twice"
	[ "$(pid)" = "$first" ] || fail "setup twice restarted the agent"
	for kind in service socket; do
		systemctl --user is-enabled -q promptd-agent.$kind || fail "$kind is not enabled"
	done

	# Stopped, it is started by the first who connects; and by the command line.
	systemctl --user stop promptd-agent.service 2>/dev/null
	[ "$(pid)" = none ] || fail "it runs after systemctl stop"
	ping_socket || fail "a connection did not start it"
	until_so managed || fail "what a connection started is not the unit's"
	"$promptd" agent --stop >/dev/null || fail "agent --stop"
	until_so unit_is ActiveState inactive || fail "after --stop: $(unit ActiveState)"
	unit_is Result success || fail "an ordered end counts as $(unit Result)"
	"$promptd" agent >/dev/null || fail "agent"
	managed || fail "what the command line started is not the unit's"

	# Killed, it comes back by itself; replaced, it is the unit's again.
	first=$(pid)
	kill -9 "$first"
	back() { [ "$(pid)" != "$first" ] && managed && ping_socket; }
	until_so back || fail "it did not come back after kill -9"
	first=$(pid)
	"$promptd" agent --replace >/dev/null || fail "agent --replace"
	until_so back || fail "the one that took over is not the unit's"
	"$promptd" doctor >"$work/doctor" || fail "doctor: $(cat "$work/doctor")"

	# It writes its library, and programs started under the same rules work.
	"$promptd" import --starter >/dev/null || fail "import"
	hardening
	systemd-analyze --user --man=no verify "$HOME"/.config/systemd/user/promptd* ||
		fail "systemd-analyze verify"

	"$promptd" setup --remove || fail "setup --remove"
	[ "$(pid)" = none ] || fail "after --remove the agent runs"
	[ ! -e "$XDG_RUNTIME_DIR/promptd/agent.sock" ] || fail "after --remove the socket is there"
	[ -z "$(systemctl --user list-unit-files --no-legend 'promptd*')" ] || fail "units are left"
	[ -z "$(find "$HOME/.config" -name '*promptd*' -not -path '*/promptd')" ] ||
		fail "files are left: $(find "$HOME/.config")"
	"$promptd" agent >/dev/null || fail "agent by hand after --remove"
	"$promptd" agent --stop >/dev/null
}

# What the unit forbids does not keep the tools of assistants from running.
hardening() {
	local properties=() line
	while read -r line; do
		properties+=(-p "$line")
	done < <(sed -n '/^NoNewPrivileges/,/^\[Install/{/^[A-Z]/p}' \
		"$HOME/.config/systemd/user/promptd-agent.service")
	[ "${#properties[@]}" -ge 16 ] || fail "the unit is not hardened: ${properties[*]}"
	under_rules() {
		systemd-run --user -q --wait --pipe "${properties[@]}" "$@" >"$work/ran" 2>&1 ||
			fail "under the unit's rules: $*: $(tail -5 "$work/ran")"
	}
	under_rules "$promptd" list
	! command -v node >/dev/null || under_rules "$(command -v node)" -e '
		require("os").networkInterfaces()
		if (eval("6*7") !== 42) process.exit(1)'
	! command -v git >/dev/null || under_rules "$(command -v git)" init -q "$work/home/repository"
	! command -v python3 >/dev/null || under_rules "$(command -v python3)" -c 'import socket
socket.getaddrinfo("localhost", 80)'
	! systemd-run --user -q --wait --pipe "${properties[@]}" unshare --user true 2>/dev/null ||
		fail "name spaces are not forbidden"
}

case ${1:-} in
--grouped) work=$2 && grouped ;;
--alone) work=$2 && alone ;;
--as-user) work=$2 && as_user ;;
*) outside "$(realpath "$1")" ;;
esac
