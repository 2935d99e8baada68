#!/bin/bash
# The agent follows the personal library's folder: edits in any editor, git by hand, a
# folder that comes or moves while it runs, and a storm of changes.
#
#	personal_follow.sh PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
promptd=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-follow.XXXXXX")
agent=
finish() {
	[ -z "$agent" ] || { kill "$agent" && wait "$agent"; } 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
export PROMPTD_AUTOSTART=no PROMPTD_HOME=$work/home HOME=$work LC_ALL=C.UTF-8
export GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$work
unset VISUAL EDITOR XDG_CONFIG_HOME XDG_RUNTIME_DIR NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
cd "$work" || exit
git config --global user.name "A Person"
git config --global user.email person@example.org
repo=$work/home/data/personal
log=$work/log

# Does the library have this prompt with this text ("": does it not have the prompt)?
# Asked with list and render, which look at nothing but the store.
holds() {
	local got
	got=$("$promptd" render "$1" 2>/dev/null) || got=
	case $got in
	*"$2"*) [ -n "$2" ] || [ -z "$got" ] ;;
	*) return 1 ;;
	esac
}

soon() { # NAME TEXT WHAT
	local _
	for _ in $(seq 600); do
		holds "$1" "$2" && return
		sleep 0.1
	done
	fail "$3: $1 does not become \"$2\": $(tail -5 log)"
	exit 1
}

part "a library that is there when the agent starts, and was changed meanwhile"
"$promptd" init >/dev/null && echo "First." | "$promptd" add first >/dev/null || fail "no library"
echo "Changed." >"$repo/prompts/first.prompt.md"
"$promptd" agent --foreground 2>log </dev/null &
agent=$!
soon first "Changed." "at the start"

part "edits: in place, by a rename, in new folders, taken away"
echo "In place." >"$repo/prompts/first.prompt.md"
soon first "In place." "in place"
echo "Renamed." >"$repo/prompts/.first.prompt.md.swp" && mv "$repo/prompts/.first.prompt.md.swp" "$repo/prompts/first.prompt.md"
soon first "Renamed." "by a rename"
mkdir -p "$repo/prompts/a/b/c" && echo "Deep." >"$repo/prompts/a/b/c/deep.prompt.md"
soon a/b/c/deep "Deep." "in a new folder"
echo "Deeper." >"$repo/prompts/a/b/c/deep.prompt.md"
soon a/b/c/deep "Deeper." "a second time in it"
mv "$repo/prompts/a" "$repo/prompts/z"
soon z/b/c/deep "Deeper." "a folder renamed"
soon a/b/c/deep "" "a folder renamed"
rm -r "$repo/prompts/z"
soon z/b/c/deep "" "a folder removed"

part "what cannot be read stays as it was, until it can"
printf -- '---\ninputs:\n  n: {type: integer, default: many}\n---\nx\n' >"$repo/prompts/first.prompt.md"
echo "Other." >"$repo/prompts/other.prompt.md"
soon other "Other." "beside a broken one"
holds first "Renamed." || fail "a broken file took its prompt away"

part "git by hand: commit, checkout, rebase"
echo "Main." >"$repo/prompts/first.prompt.md"
git -C "$repo" add -A && git -C "$repo" commit -qm main
git -C "$repo" checkout -q -b side && echo "Side." >"$repo/prompts/side.prompt.md"
git -C "$repo" add -A && git -C "$repo" commit -qm side
soon side "Side." "a commit by hand"
git -C "$repo" checkout -q main
soon side "" "a checkout"
echo "Main again." >"$repo/prompts/first.prompt.md" && git -C "$repo" commit -qam again
git -C "$repo" checkout -q side
soon first "Main." "a checkout back"
git -C "$repo" rebase -q main
soon first "Main again." "a rebase"
soon side "Side." "a rebase"
git -C "$repo" reset -q --hard HEAD~1
soon side "" "a reset"

part "a commit by hand changes no file, and is seen"
edited() {
	"$promptd" show first --json | grep -q '"edited":true'
}
committed() {
	! edited
}
git -C "$repo" checkout -q main
soon first "Main again." "main once more"
until_so committed
printf '%s\n' "A text of its own." "It has" "several" "lines." >"$repo/prompts/first.prompt.md"
until_so edited
git -C "$repo" commit -qam "its own"
until_so committed

part "a prompt that git renames keeps its ratings"
"$promptd" rate first 5 >/dev/null || fail rate
git -C "$repo" checkout -q -b renamed
mkdir -p "$repo/prompts/other" && git -C "$repo" mv prompts/first.prompt.md prompts/other/second.prompt.md
echo "And one line more." >>"$repo/prompts/other/second.prompt.md"
git -C "$repo" commit -qam renamed && git -C "$repo" checkout -q main
soon first "A text of its own." "before the merge"
git -C "$repo" merge -q renamed
soon other/second "one line more" "after the merge"
soon first "" "after the merge"
"$promptd" stats other/second --json | grep -q '"results":1' || fail "the rating: $("$promptd" stats other/second --json)"
git -C "$repo" mv prompts/other/second.prompt.md prompts/first.prompt.md && git -C "$repo" commit -qm back
soon first "one line more" "renamed back"

part "a checkout that changes 300 files"
git -C "$repo" checkout -q -b many
for i in $(seq 300); do
	echo "Many $i." >"$repo/prompts/many$i.prompt.md"
done
git -C "$repo" add -A && git -C "$repo" commit -qm many
soon many300 "Many 300." "the last of many"
git -C "$repo" checkout -q main
soon many300 "" "the last of many, away"
git -C "$repo" checkout -q many
soon many300 "Many 300." "the last of many, back"
all_there() {
	[ "$("$promptd" list --limit 1000 | grep -c '^many')" = 300 ]
}
until_so all_there
git -C "$repo" checkout -q main

part "a storm is read a few times, not once a change"
before=$(grep -c 'event=personal.read' log)
python3 - "$repo/prompts" <<-'END'
	import sys
	for i in range(2000):
	    with open("%s/storm%d.prompt.md" % (sys.argv[1], i % 20), "w") as f:
	        f.write("Storm %d.\n" % i)
END
soon storm19 "Storm 1999." "the end of a storm"
# A reading is told when it is over, a moment after its texts are there.
for _ in $(seq 600); do
	reads=$(($(grep -c 'event=personal.read' log) - before))
	[ "$reads" -eq 0 ] || break
	sleep 0.1
done
echo "  2,000 changes, read $reads times"
[ "$reads" -gt 0 ] && [ "$reads" -lt 100 ] || fail "2,000 changes were read $reads times"

part "another folder, made while the agent runs"
mkdir -p mine/prompts && echo "Mine." >mine/prompts/mine.prompt.md
"$promptd" init mine >/dev/null
echo "Mine now." >mine/prompts/mine.prompt.md
soon mine "Mine now." "another folder"

part "the agent ends"
kill "$agent" && wait "$agent"
agent=
grep -q 'event=agent.ended' log || fail "it did not end well: $(tail -3 log)"

verdict
