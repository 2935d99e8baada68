#!/bin/bash
# The personal library and sources over the network as it is: git http-backend behind
# nginx (plain, with a password, with TLS), and servers that say nothing, stop in the
# middle of a pack or hang up; Ctrl-C and kill -9 meanwhile. All on loopback, as the user
# who runs it.
#
#	personal_web.sh PROMPTD
set -uo pipefail
export PATH=$PATH:/usr/sbin
for program in git nginx fcgiwrap openssl python3; do
	command -v $program >/dev/null || {
		echo "skipped: $program is not installed"
		exit 77
	}
done
promptd=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/story.sh
. "$here/story.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-web.XXXXXX")
# libgit2 1.5 leaves what its regular expressions over git's settings matched; nothing
# of ours calls that library.
echo 'leak:libpcre2-8.so' >"$work/lsan"
export LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0
children=
finish() {
	local child
	for child in $children; do
		kill "$child" 2>/dev/null
	done
	exec 8>&-
	rm -rf "$work"
}
trap finish EXIT
export PROMPTD_AUTOSTART=no HOME=$work LC_ALL=C.UTF-8 GIT_CONFIG_NOSYSTEM=1
export GIT_CEILING_DIRECTORIES=$work GIT_TERMINAL_PROMPT=0
unset VISUAL EDITOR XDG_CONFIG_HOME XDG_RUNTIME_DIR SSH_AUTH_SOCK GIT_ASKPASS SSH_ASKPASS
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy GIT_SSL_CAINFO
cd "$work" || exit
git config --global user.name "A Person"
git config --global user.email person@example.org
git config --global init.defaultBranch main
mkfifo hold && exec 8<>hold

# on HOME STATUS WORDS...: promptd on one of the machines; its input is $in. Whatever it
# waits for comes to an end.
in=
on() {
	local home=$1 wanted=$2 got
	shift 2
	printf '%s' "$in" | PROMPTD_HOME=$work/$home timeout 120 "$promptd" "$@" >"$work/out" 2>"$work/err" 8>&-
	got=${PIPESTATUS[1]}
	out=$(cat "$work/out")
	err=$(cat "$work/err")
	[ "$got" = "$wanted" ] || fail "$home: promptd $*: exit $got, not $wanted: $out $err"
}

at() {
	git -C "$work/$1/data/personal" "${@:2}"
}

whole() { # HOME: nothing is half done in it, and nothing is left over
	local left
	at "$1" fsck --strict >/dev/null 2>&1 || fail "$2: fsck of $1"
	[ -z "$(at "$1" status --porcelain)" ] || fail "$2: $(at "$1" status --porcelain)"
	left=$(find "$work/$1/data/personal/.git" -name '*.lock' -o -name '*_git2_*')
	[ -z "$left" ] || fail "$2: left: $left"
	[ ! -s "$work/$1/data/personal/.git/promptd-transfer" ] || fail "$2: a transfer is marked"
}

# hasty HOME [SECONDS]: it gives up after a second, or so many.
hasty() {
	mkdir -p "$1/config" && echo "git_timeout = ${2:-1}" >"$1/config/promptd.conf"
}

patient() {
	rm -f "$1/config/promptd.conf"
}

# listener FILE WORDS...: git_faults.py; its port is in $port, what it says in FILE.
listener() {
	local file=$1
	shift
	: >"$file"
	python3 "$here/git_faults.py" "$@" <hold >"$file" 2>/dev/null 8>&- &
	children="$children $!"
	until_so test -s "$file"
	port=$(head -1 "$file")
}

# --- the servers ---

mkdir nginx web
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout nginx/key.pem \
	-addext subjectAltName=DNS:localhost -out nginx/cert.pem 2>/dev/null
printf 'me:%s\n' "$(openssl passwd -apr1 pass-of-this-test)" >nginx/people
fcgiwrap -s "unix:$work/nginx/fcgi" <hold >nginx/fcgi.log 2>&1 8>&- &
children="$children $!"

config() { # PORT: it and the next two
	local place='fastcgi_pass unix:fcgi; fastcgi_param SCRIPT_FILENAME '"$(git --exec-path)/git-http-backend"';
		fastcgi_param GIT_PROJECT_ROOT '"$work/web"'; fastcgi_param GIT_HTTP_EXPORT_ALL "";
		fastcgi_param HOME '"$work"'; fastcgi_param PATH_INFO $uri;
		fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
		fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
		fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param REMOTE_USER $remote_user;'
	cat >nginx/nginx.conf <<-END
		daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
		$([ "$(id -u)" != 0 ] || echo "user $(id -un) $(id -gn);")
		events { worker_connections 64; }
		http {
			access_log off; client_max_body_size 0;
			client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
			uwsgi_temp_path t4; scgi_temp_path t5;
			server { listen 127.0.0.1:$1; location / { $place } }
			server { listen 127.0.0.1:$(($1 + 1));
				auth_basic git; auth_basic_user_file people; location / { $place } }
			server { listen 127.0.0.1:$(($1 + 2)) ssl; ssl_certificate cert.pem;
				ssl_certificate_key key.pem; location / { $place } }
		}
	END
	sed -i "s|unix:fcgi|unix:$work/nginx/fcgi|; s|people|$work/nginx/people|; s| cert.pem| $work/nginx/cert.pem|; s| key.pem| $work/nginx/key.pem|" nginx/nginx.conf
}

# The ports are free when nginx is asked for them, or others are tried.
answers() {
	! kill -0 "$child" 2>/dev/null || python3 - "$1" <<-'END'
		import socket, sys
		socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
	END
}
for _ in 1 2 3 4 5; do
	web=$((20000 + RANDOM % 20000))
	config $web
	nginx -p "$work/nginx" -c nginx.conf -e error.log <hold >nginx/log 2>&1 8>&- &
	child=$!
	until_so answers $web
	kill -0 $child 2>/dev/null && break
done
kill -0 $child 2>/dev/null || {
	echo "skipped: nginx would not start: $(tail -1 nginx/error.log)"
	exit 77
}
children="$children $child"
plain=http://127.0.0.1:$web secured=http://127.0.0.1:$((web + 1)) tls=https://localhost:$((web + 2))

place() { # NAME: a bare repository that takes pushes
	git init -q --bare "web/$1.git" && git -C "web/$1.git" config http.receivepack true
}

# --- what two people do with one place ---

life() { # URL
	local url=$1
	rm -rf a b
	on a 0 init
	in='First {{text}}.' on a 0 add notes/first
	in=
	on a 0 sync-git "$url"
	on b 0 init --clone "$url"
	on b 0 show notes/first --text
	has "First {{text}}." "$out"
	in='Second.' on b 0 add notes/second
	in='Third.' on a 0 add notes/third
	in=
	on b 0 push
	on a 6 push
	on a 0 sync-git
	has "merged" "$out"
	on b 0 pull
	on b 0 show notes/third --text
	[ "$(at a rev-parse HEAD)" = "$(at b rev-parse HEAD)" ] || fail "$url: two histories"
	whole a "$url"
	whole b "$url"
}

part "nginx and git http-backend"
place open
life "$plain/open.git"
on c 0 source add team "$plain/open.git" --path prompts
has "3 prompts" "$out"
on c 0 source update
has "nothing new" "$out"
on d 1 init --clone "$plain/absent.git"
has "404" "$err"

part "with a password: none, a wrong one, the right one of a credential helper"
place closed
on e 0 init
on e 1 sync-git "$secured/closed.git"
has "no credential helper" "$err"
[ -z "$(git -C web/closed.git for-each-ref)" ] || fail "pushed without a password"
git config --global credential.helper '!f() { [ "$1" = get ] && echo username=me && echo password=wrong; }; f'
on e 1 sync-git "$secured/closed.git"
[ -z "$(git -C web/closed.git for-each-ref)" ] || fail "pushed with a wrong password"
whole e "a wrong password"
git config --global credential.helper '!f() { [ "$1" = get ] && echo username=me && echo password=pass-of-this-test; }; f'
life "$secured/closed.git"
grep -rq pass-of-this a/data b/data && fail "the password was kept"
git config --global --unset credential.helper

part "TLS: nobody signed it, another name, and one whom git is told to trust"
place safe
on f 0 init
on f 1 sync-git "$tls/safe.git"
has "certificate is not trusted" "$err"
on f 1 source add team "$tls/safe.git"
has "certificate is not trusted" "$err"
[ -z "$(git -C web/safe.git for-each-ref)" ] || fail "an unknown certificate was trusted"
git config --global http.sslCAInfo "$work/nginx/cert.pem"
rm -rf f
on f 0 init
on f 1 sync-git "https://127.0.0.1:$((web + 2))/safe.git"
has "certificate is not trusted" "$err"
life "$tls/safe.git"
git config --global --unset http.sslCAInfo

part "servers that say nothing: http, https, ssh"
listener silent silent
for url in http://127.0.0.1:$port/x.git https://localhost:$port/x.git ssh://git@127.0.0.1:$port/x.git; do
	rm -rf h
	hasty h
	on h 0 init
	on h 1 sync-git "$url"
	has "nothing came for 1 s" "$err"
	whole h "silence of $url"
done
on h 1 source add team "$url"
has "nothing came for 1 s" "$err"
on h 1 init --clone "$url" "$work/h/clone"
has "nothing came for 1 s" "$err"
ended() { [ "$(grep -c began "$1")" = "$(grep -c gone "$1")" ]; }
until_so ended silent

part "a pack that stops in the middle, or is cut off; what was there stays"
place large
on a 0 init "$work/a/large"
for i in 1 2; do
	head -c 600000 /dev/urandom | base64 >"a/large/prompts/large$i.prompt.md"
done
git -C a/large add -A && git -C a/large commit -qm large
on a 0 sync-git "$plain/large.git"
for how in stall cut; do
	listener $how $how:900000 "$web"
	rm -rf h
	[ $how = cut ] || hasty h 5
	on h 1 init --clone "http://127.0.0.1:$port/large.git"
	patient h
	[ $how = cut ] || has "nothing came for 5 s" "$err"
	grep -q enough $how || fail "$how was not tried"
	whole h "$how of a first pack"
	on h 0 init --clone "$plain/large.git"
	whole h "after $how"
	git -C a/large commit -q --allow-empty -m "$how" && head -c 1000000 /dev/urandom | base64 >"a/large/prompts/$how.prompt.md"
	git -C a/large add -A && git -C a/large commit -qm "$how"
	on a 0 push
	at h remote set-url origin "http://127.0.0.1:$port/large.git"
	before=$(at h rev-parse HEAD)
	[ $how = cut ] || hasty h 5
	on h 1 pull
	patient h
	[ "$(at h rev-parse HEAD)" = "$before" ] || fail "$how moved the branch"
	whole h "$how of a second pack"
	at h remote set-url origin "$plain/large.git"
	on h 0 pull
	[ "$(at h rev-parse HEAD)" = "$(git -C a/large rev-parse HEAD)" ] || fail "$how: the next pull did not finish"
	whole h "the pull after $how"
done

# stopped SIGNAL STATUS WORDS...: promptd at home h, sent the signal when it waits for a
# server that says nothing. The connection must end with it.
stopped() {
	local signal=$1 wanted=$2 n pid
	shift 2
	n=$(grep -c began silent)
	# A shell's background child would ignore SIGINT.
	PROMPTD_HOME=$work/h python3 - "$promptd" "$@" <<-'END' >out 2>err 8>&- &
		import os, signal, sys
		signal.signal(signal.SIGINT, signal.SIG_DFL)
		os.execv(sys.argv[1], sys.argv[1:])
	END
	pid=$!
	connected() { [ "$(grep -c began silent)" -gt "$n" ]; }
	until_so connected
	kill "-$signal" $pid
	wait $pid 2>/dev/null
	got=$?
	[ $got = "$wanted" ] || fail "$signal: exit $got, not $wanted: $(cat err)"
	until_so ended silent
}

part "Ctrl-C, SIGTERM and kill -9 while a server says nothing"
port=$(head -1 silent)
rm -rf h
on h 0 init
on h 1 source add none "http://127.0.0.1:1/x.git"
at h remote add origin "http://127.0.0.1:$port/x.git"
for words in pull push "source add x http://127.0.0.1:$port/y.git"; do
	# shellcheck disable=SC2086
	stopped INT 130 $words
	whole h "Ctrl-C of $words"
done
stopped TERM 143 pull
stopped KILL 137 pull
at h remote set-url origin "$plain/open.git"
on h 6 pull
has "no commit in common" "$err"
whole h "the pull behind a kill"

part "what a kill left in a repository is taken away by the next transfer, no sooner"
git_dir=$work/h/data/personal/.git
mkdir -p "$git_dir/refs/remotes/origin"
touch "$git_dir/refs/remotes/origin/main.lock"
on h 6 pull
echo begun >"$git_dir/promptd-transfer"
touch "$git_dir/refs/remotes/origin/main.lock" "$git_dir/objects/pack/pack_git2_abcdef"
rm -f "$git_dir/refs/remotes/origin/main"
on h 6 pull
has "no commit in common" "$err"
whole h "a lock that was left"

verdict
