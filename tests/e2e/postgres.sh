#!/bin/bash
# A PostgreSQL of the tests' own, on a unix socket, as an ordinary user.
#
#	postgres.sh start DIR   makes DIR/url, which tests read
#	postgres.sh stop DIR
#	postgres.sh pause DIR   it dies at once, as in a crash; its data stays
#	postgres.sh resume DIR
#
# It ends by itself after an hour, or $POSTGRES_S seconds, whatever happens to the tests.
set -u
dir=${2:?directory}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)

as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=postgres --regid=postgres --init-groups "$@"
	else
		"$@"
	fi
}

stop() {
	[ -f "$dir/place" ] || return 0
	place=$(cat "$dir/place")
	as_user "$bin/pg_ctl" -D "$place/data" -m immediate -w stop >/dev/null 2>&1
	rm -rf "$place" "$dir"
}

start() {
	stop
	if [ -z "$bin" ]; then
		echo "skipped: PostgreSQL is not installed"
		exit 77
	fi
	place=$(mktemp -d /tmp/promptd-pg.XXXXXX) # a socket's path is short
	mkdir -p "$dir"
	echo "$place" >"$dir/place"
	[ "$(id -u)" -ne 0 ] || chown postgres: "$place"
	cd "$place" || exit
	as_user "$bin/initdb" -D "$place/data" -U admin -A trust -E UTF8 --locale=C --no-sync \
		>"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
	serve
	as_user "$bin/psql" -q -h "$place" -U admin -d postgres -c 'CREATE ROLE hub LOGIN' || exit
	echo "$place" >"$dir/url"
}

serve() {
	as_user timeout "${POSTGRES_S:-3600}" "$bin/postgres" -D "$place/data" -c listen_addresses= \
		-c unix_socket_directories="$place" -c fsync=off -c max_connections=60 \
		-c shared_buffers=32MB -c log_destination=stderr >>"$dir/log" 2>&1 </dev/null &
	for _ in $(seq 600); do
		as_user "$bin/pg_isready" -q -h "$place" -U admin && break
		sleep 0.1
	done
}

pause() {
	as_user "$bin/pg_ctl" -D "$(cat "$dir/place")/data" -m immediate -w stop >/dev/null
}

resume() {
	place=$(cat "$dir/place")
	cd "$place" || exit
	serve
}

case ${1:-} in
start | stop | pause | resume) "$1" ;;
*)
	echo "usage: postgres.sh start|stop|pause|resume DIR" >&2
	exit 2
	;;
esac
