#!/bin/bash
# The personal library kept in step: two people's machines (two homes) and one
# repository between them, as a folder, behind git http-backend, and over sshd, all on
# loopback. git is the witness.
#
#	personal_sync.sh PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
promptd=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-sync.XXXXXX")
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
cd "$work" || exit
git config --global user.name "A Person"
git config --global user.email person@example.org
git config --global init.defaultBranch main
git config --global protocol.file.allow always

# on HOME STATUS WORDS...: promptd on one of the machines; its input is $in.
in=
on() {
	local home=$1 wanted=$2 got
	shift 2
	printf '%s' "$in" | PROMPTD_HOME=$work/$home "$promptd" "$@" >"$work/out" 2>"$work/err"
	got=${PIPESTATUS[1]}
	out=$(cat "$work/out")
	err=$(cat "$work/err")
	[ "$got" = "$wanted" ] || fail "$home: promptd $*: exit $got, not $wanted: $out $err"
}

at() {
	git -C "$work/$1/data/personal" "${@:2}"
}

# Both machines and the place between have one history, and nothing is left over.
same() {
	local one two
	one=$(at a rev-parse HEAD)
	two=$(at b rev-parse HEAD)
	[ "$one" = "$two" ] || fail "$1: two histories"
	for home in a b; do
		[ -z "$(at $home status --porcelain)" ] || fail "$1: $home: $(at $home status --porcelain)"
		at $home fsck --strict >/dev/null 2>&1 || fail "$1: fsck of $home"
	done
}

# life URL: what two people do with one place. Ends with both in step.
life() {
	local url=$1
	rm -rf a b
	on a 0 init
	in='First {{text}}.' on a 0 add notes/first
	in=
	on a 3 pull
	has "sync-git URL" "$err"
	on a 0 sync-git "$url"
	on b 0 init --clone "$url"
	has "1 prompt" "$out"
	on b 0 show notes/first --text
	has "First {{text}}." "$out"
	same "a clone"

	in='Second.' on b 0 add notes/second
	in=
	on b 0 push
	on a 0 pull
	has "1 commit taken over" "$out"
	on a 0 show notes/second --text
	same "a fast-forward"

	in=$'Of a.\n\nOne.\nTwo.\nThree.\nFour.\n' on a 0 add from/a
	in='Of b.' on b 0 add from/b
	in=
	on b 0 push
	on a 6 push
	has "promptd pull" "$err"
	on a 0 sync-git
	has "merged" "$out"
	on b 0 pull
	on b 0 show from/a --text
	on a 0 show from/b --text
	same "a merge"
}

part "a folder between two machines"
git init -q --bare middle.git
life "$work/middle.git"

part "the numbers of versions are the same in every clone"
EDITOR="sed -i s/First/Fourth/" on a 0 edit notes/first
on a 0 rename notes/first notes/renamed
on a 0 sync-git
on b 0 pull
on a 0 history renamed --json
cp out numbers
on b 0 history renamed --json
python3 - numbers out <<-'END' || fail "the numbers differ"
	import json, sys
	a, b = ([(c["version"], c["commit"]) for c in json.load(open(f))["commits"]] for f in sys.argv[1:])
	assert a == b and [n for n, _ in a] == [2, 2, 1], (a, b)
END
on b 0 show renamed@1 --text
has "First" "$out"
on b 0 show renamed@2 --text
has "Fourth" "$out"
on b 0 show renamed --json
has '"version":2' "$out"

part "a conflict: shown per prompt, both sides kept, nothing blocked"
EDITOR="sed -i s/Fourth/Mine/" on a 0 edit renamed
EDITOR="sed -i s/Fourth/Yours/" on b 0 edit renamed
on a 0 push
before=$(at b rev-parse HEAD)
on b 6 pull
has "notes/renamed" "$out"
has "promptd resolve" "$err"
[ "$(at b rev-parse HEAD)" = "$before" ] || fail "a conflict moved the branch"
on b 0 show renamed --text
has "Yours" "$out"
has Mine "$(at b cat-file -p origin/main:prompts/notes/renamed.prompt.md)"
in='More.' on b 0 add while/open
in=
on b 6 sync-git
on b 6 resolve
has "notes/renamed" "$out"
on b 2 resolve renamed
on b 3 resolve other --ours
on b 2 resolve renamed --ours --theirs
printf -- '---\ninputs:\n  n: {type: integer, default: many}\n---\nx\n' >broken
on b 1 resolve renamed --from broken
echo 'Ours and {{text}}.' >merged
on b 0 resolve renamed --from merged
on b 0 show renamed --text
has "Ours and {{text}}." "$out"
on b 0 push
on a 0 pull
on a 0 show renamed --text
has "Ours and {{text}}." "$out"
[ "$(at a log --format=%H -S Yours -- prompts/notes/renamed.prompt.md | wc -l)" -ge 1 ] || fail "one side is not in the history"
same "a resolved conflict"

part "both kept; one side's removal against the other's change"
EDITOR="sed -i s/Ours/AAA/" on a 0 edit renamed
EDITOR="sed -i s/Ours/BBB/" on b 0 edit renamed
on a 0 remove notes/second
EDITOR="sed -i s/Second/Changed/" on b 0 edit second
on a 0 push
on b 6 pull --json
python3 - out <<-'END' || fail "conflicts: $out"
	import json, sys
	a = json.load(open(sys.argv[1]))
	assert a["status"] == "refused" and a["outcome"] == "conflicts", a
	c = {x["name"]: x for x in a["conflicts"]}
	assert set(c) == {"notes/renamed", "notes/second"}, c
	assert "BBB" in c["notes/renamed"]["ours"] and "AAA" in c["notes/renamed"]["theirs"], c
	assert c["notes/second"]["theirs"] is None and "Changed" in c["notes/second"]["ours"], c
END
on b 6 resolve renamed --both
has "notes/second" "$out"
on b 0 resolve second --ours
on b 0 show renamed --text
has BBB "$out"
on b 0 show renamed-theirs --text
has AAA "$out"
on b 0 show second --text
on b 0 sync-git
on a 0 pull
same "both kept"

part "what is not committed is in nobody's way, and is not overwritten"
echo "by hand" >>a/data/personal/prompts/from/a.prompt.md
EDITOR="sed -i s/Of/From/" on b 0 edit from/a
in='Seventh.' on b 0 add seventh
in=
on b 0 push
on a 6 pull
has "from/a" "$err"
grep -q "by hand" a/data/personal/prompts/from/a.prompt.md || fail "an edit was lost"
[ ! -e a/data/personal/prompts/seventh.prompt.md ] || fail "half of a pull was done"
at a commit -qam "by hand"
on a 0 pull
on a 0 sync-git
on b 0 pull
on b 0 show from/a --text
has "by hand" "$out"
same "a dirty file"

part "modes go with the files"
chmod +x b/data/personal/prompts/seventh.prompt.md
at b commit -qam "may be executed"
on b 0 push
on a 0 pull
[ -x a/data/personal/prompts/seventh.prompt.md ] || fail "it may not be executed"
same "a mode alone"
chmod -x b/data/personal/prompts/seventh.prompt.md
at b commit -qam "no longer"
EDITOR="sed -i s/Seventh/Last/" on b 0 edit seventh
on b 0 push
on a 0 pull
[ ! -x a/data/personal/prompts/seventh.prompt.md ] || fail "it may be executed"
same "a mode taken back"

part "another history is refused"
git init -q --bare stranger.git
rm -rf c
on c 0 init
on c 0 sync-git "$work/stranger.git"
at b remote set-url origin "$work/stranger.git"
on b 6 pull
has "no commit in common" "$err"
at b remote set-url origin "$work/middle.git"

part "a repository that means harm: nothing is written outside, links are left alone"
git init -q evil && (
	cd evil && mkdir -p prompts && echo fine >prompts/fine.prompt.md
	ln -s "$work/outside" prompts/link && ln -s /etc/passwd prompts/passwd.prompt.md
	git add -A && git commit -qm evil
)
mkdir outside
rm -rf c
on c 0 init --clone "$work/evil"
on c 0 show fine --text
on c 3 show passwd
[ ! -L c/data/personal/prompts/link ] || fail "a link was made"
id=$(echo pwned | git -C evil hash-object -w --stdin)
for name in .. .git; do
	tree=$(printf '100644 blob %s\tpwned.prompt.md\n' "$id" | git -C evil mktree)
	root=$(python3 - "$name" "$tree" evil <<-'END'
		import subprocess, sys
		name, tree, repo = sys.argv[1:]
		raw = b"40000 " + name.encode() + b"\0" + bytes.fromhex(tree)
		print(subprocess.run(["git", "-C", repo, "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
		                     input=raw, capture_output=True, check=True).stdout.decode().strip())
	END
	)
	commit=$(git -C evil commit-tree -m "$name" "$root")
	git -C evil update-ref refs/heads/main "$commit"
	rm -rf c
	on c 6 init --clone "$work/evil"
	has "not a path for a prompt" "$err"
	[ -z "$(find . -name 'pwned*')" ] || fail "written outside by $name"
done

part "addresses that are not taken"
rm -rf c
for url in http://example.org/x.git git://127.0.0.1/x.git ext::sh --upload-pack=x ftp://127.0.0.1/x; do
	PROMPTD_HOME=$work/c "$promptd" init --clone "$url" >out 2>&1 && fail "took $url"
done
on c 6 init --clone http://example.org/x.git
has "https://" "$err"

part "git http-backend, with a password that a credential helper knows"
git init -q --bare web/web.git && git -C web/web.git config http.receivepack true
mkfifo hold && exec 8<>hold
python3 "$here/git_http.py" web me:pass-of-this-test <hold >port 2>/dev/null 8>&- &
children="$children $!"
for _ in $(seq 600); do
	[ -s port ] && break
	sleep 0.1
done
url=http://127.0.0.1:$(cat port)/web.git
rm -rf c
on c 0 init
on c 1 sync-git "$url"
has "no credential helper" "$err"
git config --global credential.helper '!f() { [ "$1" = get ] && echo username=me && echo password=wrong; cat >>'"$work"'/helper.log; }; f'
rm -rf c
on c 0 init
on c 1 sync-git "$url"
! grep -q pass-of-this helper.log || fail "the password was told"
git config --global credential.helper '!f() { [ "$1" = get ] && echo username=me && echo password=pass-of-this-test; echo "$1" >>'"$work"'/helper.log; }; f'
life "$url"
grep -q store helper.log || fail "the helper was not told that its password was taken"
grep -rq pass-of-this a/data b/data && fail "the password was kept"
rm -rf c
on c 1 init --clone "http://127.0.0.1:$(cat port)/moved/web.git"

part "sshd"
sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null)
if [ -z "$sshd" ] || ! command -v ssh-agent >/dev/null; then
	echo "  (no sshd or ssh-agent here: ssh was not tried)"
else
	# Its way over ssh leaves its list of known hosts and its own words for the server.
	# The same commands ran above without this.
	printf 'leak:libssh2.so\nleak:libgit2.so\n' >>lsan
	mkdir -m 700 .ssh ssh
	[ "$(id -u)" != 0 ] || mkdir -p /run/sshd # where a service manager would have made it
	git init -q --bare "$work/shell.git"
	ssh-keygen -q -t ed25519 -N '' -f ssh/host && ssh-keygen -q -t ed25519 -N '' -f ssh/me
	cp ssh/me.pub ssh/allowed
	eval "$(ssh-agent -s)" >/dev/null
	children="$children $SSH_AGENT_PID"
	ssh-add -q ssh/me
	# The port is free when sshd is asked for it, or another is tried.
	for _ in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 20000))
		rm -f ssh/pid
		"$sshd" -D -e -p $port -h "$work/ssh/host" -o ListenAddress=127.0.0.1 -o PidFile="$work/ssh/pid" \
			-o AuthorizedKeysFile="$work/ssh/allowed" -o StrictModes=no -o UsePAM=no \
			-o PasswordAuthentication=no -o KbdInteractiveAuthentication=no 2>ssh/log </dev/null &
		child=$!
		for _ in $(seq 300); do
			[ -s ssh/pid ] || ! kill -0 $child 2>/dev/null && break
			sleep 0.1
		done
		[ -s ssh/pid ] && break
	done
	if [ -s ssh/pid ]; then
		children="$children $child"
		url=ssh://$(id -un)@127.0.0.1:$port$work/shell.git
		rm -rf c
		on c 0 init
		on c 1 sync-git "$url"
		has "the host's key is not known" "$err"
		[ ! -s .ssh/known_hosts ] || fail "a host was written down"
		ssh-keygen -q -t ed25519 -N '' -f ssh/other
		echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 ssh/other.pub)" >.ssh/known_hosts
		on c 1 sync-git "$url"
		has "is another one than before" "$err"
		[ -z "$(git -C shell.git for-each-ref)" ] || fail "an unknown host was trusted"
		echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 ssh/host.pub)" >.ssh/known_hosts
		life "$url"
		ssh-add -q -D
		on a 1 pull
		has "ssh-agent" "$err"
		ssh-add -q ssh/other
		on a 1 pull
		has "it took no key" "$err"
	else
		echo "  (sshd would not start: $(tail -1 ssh/log); ssh was not tried)"
	fi
fi

verdict
