#!/bin/bash
# Other people's repositories as sources of prompts: fetched, read from their objects,
# never checked out; and what a hostile one may hold.
#
#	personal_source.sh PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
promptd=$(realpath "$1") || exit
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-source.XXXXXX")
trap 'rm -rf "$work"' EXIT
# libgit2 1.5 leaves what its regular expressions over git's settings matched; nothing
# of ours calls that library.
echo 'leak:libpcre2-8.so' >"$work/lsan"
export LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0
export PROMPTD_AUTOSTART=no PROMPTD_HOME=$work/home HOME=$work LC_ALL=C.UTF-8
export GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$work
cd "$work" || exit
git config --global user.name "A Person"
git config --global user.email person@example.org
git config --global init.defaultBranch main

run() { # STATUS WORDS...
	local wanted=$1 got
	shift
	"$promptd" "$@" >out 2>err </dev/null
	got=$?
	out=$(cat out)
	err=$(cat err)
	[ "$got" = "$wanted" ] || fail "promptd $*: exit $got, not $wanted: $out $err"
}

put() { # FILE TEXT, in the repository team
	mkdir -p "$(dirname "team/$1")" && printf '%s\n' "$2" >"team/$1"
	git -C team add -A && git -C team commit -qm "$1"
}

part "a source: its prompts, below one folder, whatever their format"
git init -q team
put prompts/review.prompt.md 'Review {{code}}.'
put prompts/cmd/.claude/commands/fix.md 'Fix $ARGUMENTS'
put other/out.prompt.md 'Outside the folder.'
run 0 source add team "$work/team" --path prompts
has "2 prompts" "$out"
run 0 show review --json
has '"source":"git:team"' "$out"
run 3 show out
run 0 source list
has "$work/team" "$out"
run 6 source add team "$work/team"
[ -z "$(find home -name '*.md')" ] || fail "something was checked out"

part "update: new, changed, gone"
put prompts/new.prompt.md 'New.'
put prompts/review.prompt.md 'Review it again.'
git -C team rm -q -r prompts/cmd && git -C team commit -qm gone
run 0 source update
has "2 prompts" "$out"
run 0 show review --text
has "again" "$out"
run 0 show new --text
run 3 show fix
run 0 source update team
has "nothing new" "$out"

part "one's own prompt of the same name stands in front"
run 0 init
printf 'My review.\n' | "$promptd" add review >/dev/null || fail "add"
run 0 show review --text
has "My review." "$out"
run 6 remove new
has "git:team" "$err"
run 0 source update
run 0 show review --text
has "My review." "$out"

part "a source that cannot be reached keeps what it had"
mv team moved
run 1 source update
run 0 show new --text
mv moved team

part "addresses and names that are not taken"
run 6 source add x http://example.org/x.git
run 6 source add x ext::sh
run 2 source add ../x "$work/team"
run 2 source add x https://me:word@example.org/x.git
run 2 source add
run 3 source update nobody

part "a repository that means harm"
git init -q evil
mkdir -p evil/prompts && echo fine >evil/prompts/fine.prompt.md
ln -s /etc/passwd evil/prompts/passwd.prompt.md && ln -s "$work" evil/prompts/folder
head -c 5000000 /dev/zero | tr '\0' x >evil/prompts/big.prompt.md
git -C evil add -A && git -C evil commit -qm evil
id=$(echo pwned | git -C evil hash-object -w --stdin)
tree=$(python3 - "$id" "$(git -C evil rev-parse HEAD:prompts)" evil <<-'END'
	import subprocess, sys
	blob, good, repo = sys.argv[1:]
	def write(entries):
	    raw = b"".join(m + b" " + n + b"\0" + bytes.fromhex(i) for m, n, i in entries)
	    return subprocess.run(["git", "-C", repo, "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
	                          input=raw, capture_output=True, check=True).stdout.decode().strip()
	bad = write([(b"100644", b"pwned.prompt.md", blob)])
	deep = bad
	for _ in range(40):
	    deep = write([(b"40000", b"d", deep)])
	print(write([(b"40000", b"..", bad), (b"40000", b".git", bad), (b"40000", b".GIT", bad),
	             (b"100644", b"../../pwned.prompt.md", blob), (b"40000", b"deep", deep),
	             (b"160000", b"module", "1" * 40), (b"100644", b"bad\xff.prompt.md", blob),
	             (b"40000", b"prompts", good), (b"40000", b"PROMPTS", good)]))
	END
)
git -C evil update-ref refs/heads/main "$(git -C evil commit-tree -m worse "$tree")"
run 0 source add evil "$work/evil"
[[ $out == "evil: 1 prompt"* && $out != *"1 prompts"* ]] || fail "one prompt is told as $out"
has "2 links, 1 submodules" "$err"
run 0 show fine --text
run 3 show passwd
run 3 show pwned
[ -z "$(find . -name 'pwned*')" ] || fail "something was written"

part "a folder that is no repository: as it stands, read-only, with the same limits"
mkdir -p plain/prompts/.claude/commands plain/other plain/.hidden
echo 'Plain {{text}}.' >plain/prompts/plain.prompt.md
echo 'Do $ARGUMENTS' >plain/prompts/.claude/commands/do.md
echo outside >plain/other/outside.prompt.md
echo 'hidden' >plain/.hidden/hidden.prompt.md
ln -s /etc/passwd plain/prompts/passwd.prompt.md && ln -s "$work/team" plain/prompts/folder
cp evil/prompts/big.prompt.md plain/prompts/
mkfifo plain/prompts/pipe.prompt.md
cp -a plain plain.before
run 0 source add plain plain --path prompts
has "2 prompts" "$out"
run 0 show plain --json
has '"source":"git:plain"' "$out"
run 0 source list
has "$work/plain" "$out"
for name in outside hidden passwd big pipe; do
	run 3 show $name
done
run 6 remove plain
has "source remove plain" "$err"
rm plain.before/prompts/pipe.prompt.md plain/prompts/pipe.prompt.md
diff -r --no-dereference plain plain.before || fail "the folder was changed"
[ "$(find plain | sort)" = "$(find plain.before | sed 's/^plain.before/plain/' | sort)" ] || fail "files came or went"
[ ! -e home/data/sources/plain.git ] || fail "a repository was made of it"
echo 'Plain again.' >plain/prompts/plain.prompt.md && rm -r plain/prompts/.claude
echo 'New plain.' >plain/prompts/fresh.prompt.md
run 0 source update plain
run 0 show plain --text
has "Plain again." "$out"
run 0 show fresh --text
run 3 show do
mv plain plain.away
run 1 source update plain
run 0 show fresh --text
mv plain.away plain
run 0 source remove plain
run 3 show fresh
[ -e plain/prompts/fresh.prompt.md ] || fail "remove took the folder's files"

part "remove: prompts and repository go"
run 0 source remove evil
run 3 show fine
[ ! -e home/data/sources/evil.git ] || fail "the repository stays"
run 0 source remove team
run 3 show new
run 0 show review --text
run 0 source list --json
has '"sources":[]' "$out"

verdict
