#!/bin/bash
# A version's number is the same wherever one asks for it (lists, history, show, JSON,
# an assistant over MCP, recorded uses), and on every clone: also after renames, merges,
# commits by hand, a history written anew. And ratings stay with a prompt whose file was
# renamed elsewhere.
#
#	personal_numbers.sh DIRECTORY-OF-PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
bin=$(realpath "$1")
promptd=$bin/promptd
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-numbers.XXXXXX")
trap 'rm -rf "$work"' EXIT
# libgit2 1.5 leaves what its regular expressions over git's settings matched; nothing
# of ours calls that library.
echo 'leak:libpcre2-8.so' >"$work/lsan"
export LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0
export PROMPTD_AUTOSTART=no HOME=$work LC_ALL=C.UTF-8 GIT_CONFIG_NOSYSTEM=1
export GIT_CEILING_DIRECTORIES=$work
unset VISUAL EDITOR XDG_CONFIG_HOME XDG_RUNTIME_DIR
cd "$work" || exit
git config --global user.name "A Person"
git config --global user.email person@example.org
git config --global init.defaultBranch main
git config --global protocol.file.allow always

in=
on() { # HOME WORDS...: promptd on that machine; its input is $in
	local home=$1
	shift
	printf '%s' "$in" | PROMPTD_HOME=$work/$home "$promptd" "$@" >"$work/out" 2>"$work/err" ||
		fail "$home: promptd $*: $(cat "$work/out" "$work/err")"
	out=$(cat "$work/out")
}

repo() { # HOME
	printf '%s' "$work/$1/data/personal"
}

by_hand() { # HOME MESSAGE: commit what is there
	git -C "$(repo "$1")" add -A && git -C "$(repo "$1")" commit -qm "$2"
}

# numbers HOME [all]: "name number sha256" of every prompt. With `all` asked for in five
# ways that must agree, and every earlier version of each, as show and as an assistant
# get it.
numbers() {
	PROMPTD_HOME=$work/$1 python3 - "$bin" "${2:-}" <<-'END'
		import json, os, subprocess, sys
		bin = sys.argv[1]
		def ask(*words):
		    return json.loads(subprocess.run([bin + "/promptd", *words, "--json"], capture_output=True, check=True).stdout)
		def tool(n, tool_name, **arguments):
		    return {"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": {"name": tool_name, "arguments": arguments}}
		def text(answer):
		    return json.dumps(answer["result"]) if "result" in answer else json.dumps(answer)
		ask("history")  # the index follows the files
		prompts = ask("list", "--limit", "1000")["prompts"]
		messages = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}, {"jsonrpc": "2.0", "method": "notifications/initialized"}]
		wanted = {}
		for p in prompts:
		    name, number = p["name"], p["version"]
		    print(name, number, p["sha256"])
		    if sys.argv[2] != "all":
		        continue
		    shown = ask("show", name)["prompt"]
		    assert shown["version"] == number, (name, number, shown["version"])
		    assert shown["sha256"] == p["sha256"], p
		    rendered = ask("render", name)
		    assert rendered["version"] == number, rendered
		    commits = ask("history", name)["commits"]
		    assert commits and commits[0]["version"] == number, (name, number, commits)
		    wanted[len(messages)] = (name, number, shown["sha256"])
		    messages.append(tool(len(messages), "get_prompt", name=name))
		    for n in range(1, number):
		        old = ask("show", "%s@%d" % (name, n))["prompt"]
		        print("  %s@%d %s" % (name, n, old["sha256"]))
		        wanted[len(messages)] = (name, n, old["sha256"])
		        messages.append(tool(len(messages), "get_prompt", name=name, version=n))
		lines = "".join(json.dumps(m) + "\n" for m in messages)
		answers = subprocess.run([bin + "/promptd-mcp"], input=lines.encode(), capture_output=True, check=True).stdout
		for line in answers.splitlines():
		    a = json.loads(line)
		    if a.get("id") in wanted:
		        name, n, sha = wanted.pop(a["id"])
		        assert "Prompt %s, version %d, sha256 %s" % (name, n, sha[:12]) in text(a), (name, n, sha, a)
		assert not wanted, wanted
	END
}

# same WHAT [all]: the machines one, two and a fresh clone say the same.
same() {
	on one sync-git
	on two sync-git
	on one sync-git
	rm -rf "$work/fresh"
	PROMPTD_HOME=$work/fresh "$promptd" init --clone "$work/place" >/dev/null 2>&1 || fail "$1: clone"
	numbers one "${2:-}" >said.one || fail "$1: on the first machine"
	numbers two "${2:-}" >said.two || fail "$1: on the second machine"
	numbers fresh "${2:-}" >said.fresh || fail "$1: on a fresh clone"
	[ -s said.one ] || fail "$1: nothing was said"
	diff said.one said.two >&2 || fail "$1: the two machines differ"
	diff said.one said.fresh >&2 || fail "$1: a fresh clone differs"
}

number() { # NAME: its number by the last same()
	sed -n "s,^$1 \([0-9]*\) .*,\1,p" said.one
}

part "one person: three texts, tags between"
git init -q --bare place
on one init
in='First {{x}}.' on one add teach/a
in='Other.' on one add b
on one sync-git "$work/place"
PROMPTD_HOME=$work/two "$promptd" init --clone "$work/place" >/dev/null || fail "clone"
EDITOR="sed -i s/First/Second/" on one edit a
on one tag a +school
EDITOR="sed -i s/Second/Third/" on one edit a
same "edits"
[ "$(number teach/a) $(number b)" = "3 1" ] || fail "numbers: $(cat said.one)"

part "renames, by promptd and by hand, with a change"
on one rename a school/lesson
git -C "$(repo two)" pull -q
mkdir -p "$(repo two)/prompts/x" && git -C "$(repo two)" mv prompts/b.prompt.md prompts/x/c.prompt.md && by_hand two "moved"
same "renames"
[ "$(number school/lesson) $(number x/c)" = "3 1" ] || fail "numbers: $(cat said.one)"
echo "And more of it, and a little more." >>"$(repo two)/prompts/school/lesson.prompt.md"
git -C "$(repo two)" mv prompts/school/lesson.prompt.md prompts/school/hour.prompt.md && by_hand two "moved and changed"
same "a rename with a change"
[ "$(number school/hour)" = 4 ] || fail "numbers: $(cat said.one)"

part "two people at once: other prompts, and the same one"
EDITOR="sed -i s/Third/Mine/" on one edit hour
in='New there.' on two add there
EDITOR="sed -i s/Other/Theirs/" on two edit x/c
same "other prompts"
[ "$(number school/hour) $(number x/c) $(number there)" = "5 2 1" ] || fail "numbers: $(cat said.one)"
in=$'One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n' on one add long
same "a long one"
EDITOR="sed -i s/One/Begin/" on one edit long
EDITOR="sed -i s/Six/End/" on two edit long
EDITOR="sed -i s/Five/Near/" on two edit long
same "both changed one" all
[ "$(number long)" = 5 ] || fail "numbers: $(cat said.one)"

part "a file with many prompts"
printf 'act,prompt\nPoet,Write a poem\nCook,Cook a meal\n' >"$(repo one)/prompts/many.csv"
by_hand one csv
sed -i 's/a meal/two meals/' "$(repo one)/prompts/many.csv" && by_hand one csv
on one list --limit 1000 --json
on two sync-git
on one sync-git
on two sync-git
for home in one two; do
	on $home history
	on $home show cook --json
	has '"version":2' "$out"
	on $home show poet --json
	has '"version":1' "$out"
done
git -C "$(repo one)" rm -q prompts/many.csv && by_hand one "gone"

part "a text that is not committed is the next number, and says so"
on one sync-git
echo "Draft." >>"$(repo one)/prompts/long.prompt.md"
on one history
on one show long
has "version     6" "$out"
has "not committed yet" "$out"
echo "Another draft." >>"$(repo one)/prompts/long.prompt.md"
on one history
on one show long --json
has '"version":6' "$out"
has '"edited":true' "$out"
git -C "$(repo one)" checkout -q -- prompts/long.prompt.md
on one history
on one show long --json
has '"version":5' "$out"
case $out in *edited*) fail "what is committed counts as edited" ;; esac
same "after a draft"

part "a history that was written anew"
git -C "$(repo one)" checkout -q -b side
for i in 1 2 3; do
	echo "Side $i." >>"$(repo one)/prompts/there.prompt.md" && by_hand one "side $i"
done
on one history
on one show there --json
has '"version":4' "$out"
git -C "$(repo one)" checkout -q main
on one history
on one show there --json
has '"version":1' "$out"
git -C "$(repo one)" rebase -q main side && git -C "$(repo one)" checkout -q main &&
	git -C "$(repo one)" merge -q --squash side >/dev/null 2>&1 && by_hand one "squashed"
same "squashed"
[ "$(number there)" = 2 ] || fail "numbers: $(cat said.one)"

part "removed, and there again"
on one remove there
in='There again.' on one add there
same "again"
[ "$(number there)" = 3 ] || fail "numbers: $(cat said.one)"

part "a use says the number of the text that was served"
PROMPTD_HOME=$work/two python3 - "$bin" <<-'END' || fail "uses"
	import sqlite3, os
	c = sqlite3.connect(os.environ["PROMPTD_HOME"] + "/data/ledger.db")
	seen = {}
	for digest, version in c.execute("SELECT DISTINCT digest, version FROM usage WHERE digest IS NOT NULL"):
	    seen.setdefault(digest, set()).add(version)
	assert len(seen) > 5, seen
END

part "a shallow clone counts from where it begins, and says so"
git clone -q --depth 2 "file://$work/place" shallow
PROMPTD_HOME=$work/shallow.home "$promptd" init shallow >/dev/null 2>&1 || fail "init of a shallow clone"
on shallow.home history school/hour
has "shallow" "$(cat err)"
on shallow.home show school/hour --json
has '"version":1' "$out"
git -C shallow fetch -q --unshallow
on shallow.home history
on shallow.home show school/hour --json
has '"version":5' "$out"

part "what is remembered of a prompt stays with it"
ratings() { # HOME NAME
	on "$1" stats --json
	python3 -c 'import json, sys
a = json.load(open("out"))
print(sum(p["results"] for p in a["prompts"] if p["name"] == sys.argv[1]))' "$2"
}
on one rate school/hour 5
on one rate long 4
[ "$(ratings one school/hour)" = 1 ] || fail "rated: $out"
git -C "$(repo two)" pull -q
git -C "$(repo two)" mv prompts/school/hour.prompt.md prompts/school/time.prompt.md && by_hand two "renamed there"
echo "One line more." >>"$(repo two)/prompts/long.prompt.md"
git -C "$(repo two)" mv prompts/long.prompt.md prompts/longer.prompt.md && by_hand two "renamed and changed there"
on two sync-git
on one pull
[ "$(ratings one school/time)" = 1 ] || fail "a pull that renames: $out"
[ "$(ratings one longer)" = 1 ] || fail "a pull that renames and changes: $out"
mv "$(repo one)/prompts/longer.prompt.md" "$(repo one)/prompts/by-hand.prompt.md"
on one history
[ "$(ratings one by-hand)" = 1 ] || fail "a rename by hand that is not committed: $out"
by_hand one "renamed by hand"
on one history
git -C "$(repo one)" checkout -q -b other HEAD~3
on one history
git -C "$(repo one)" checkout -q main
on one history
[ "$(ratings one by-hand)" = 1 ] || fail "a checkout and back: $out"
git -C "$(repo one)" checkout -q -b unlike
in='Short.' on one add short
on one rate short 3
git -C "$(repo one)" mv prompts/short.prompt.md prompts/unlike.prompt.md
on one history
printf '%s\n' Nothing "of" "what was there" >"$(repo one)/prompts/unlike.prompt.md" && by_hand one unlike
on one history
[ "$(ratings one unlike)" = 1 ] || fail "renamed, then changed: $out"
git -C "$(repo one)" checkout -q HEAD~1
on one history
[ "$(ratings one short)" = 1 ] || fail "back to the old name, of which no commit tells: $out"
git -C "$(repo one)" checkout -q main
on one history
git -C "$(repo one)" rm -q prompts/school/time.prompt.md && git -C "$(repo one)" commit -qm gone
on one history
git -C "$(repo one)" revert --no-edit HEAD >/dev/null 2>&1
on one history
[ "$(ratings one school/time)" = 0 ] || fail "what a commit removed is remembered: $out"
same "in the end" all

verdict
