#!/bin/bash
# The whole life of a person's prompt as one story over the real programs: from the first
# word to its removal, on one machine and on a second, over the command line and as an
# assistant sees it. In the end git is asked for every step.
#
#	personal_life.sh DIRECTORY-OF-PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
bin=$(realpath "$1")
promptd=$bin/promptd
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-life.XXXXXX")
trap 'rm -rf "$work"' EXIT
# libgit2 1.5 leaves what its regular expressions over git's settings matched; nothing
# of ours calls that library.
echo 'leak:libpcre2-8.so' >"$work/lsan"
export LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0
export PROMPTD_AUTOSTART=no HOME=$work LC_ALL=C.UTF-8 GIT_CONFIG_NOSYSTEM=1
export GIT_CEILING_DIRECTORIES=$work
unset VISUAL EDITOR XDG_CONFIG_HOME XDG_RUNTIME_DIR CODEX_HOME CLAUDE_CONFIG_DIR
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

at() { # HOME GIT-WORDS...
	git -C "$work/$1/data/personal" "${@:2}"
}

# holds EXPRESSION: of the answer as `a`, which was asked for with --json.
holds() {
	python3 -c 'import json, sys
a = json.load(open(sys.argv[2]))
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1" "$work/out" || fail "not so: $1: $out"
}

# assistant HOME TOOL ARGUMENTS: the answer of promptd-mcp to one call, in $out.
assistant() {
	PROMPTD_HOME=$work/$1 python3 - "$bin/promptd-mcp" "$2" "$3" >"$work/out" 2>"$work/err" <<-'END' || fail "$1: $2: $(cat "$work/err")"
		import json, subprocess, sys
		server, tool, arguments = sys.argv[1:]
		def message(**rest):
		    return json.dumps({"jsonrpc": "2.0", **rest}) + "\n"
		said = message(id=1, method="initialize", params={"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "story", "version": "1"}})
		said += message(method="notifications/initialized")
		said += message(id=2, method="tools/call", params={"name": tool, "arguments": json.loads(arguments)})
		done = subprocess.run([server], input=said, capture_output=True, text=True, timeout=120)
		assert done.returncode == 0, done.stderr
		answer = [a for a in map(json.loads, done.stdout.splitlines()) if a.get("id") == 2][0]
		assert "result" in answer and not answer["result"].get("isError"), answer
		print(json.dumps(answer["result"], ensure_ascii=False))
	END
	out=$(cat "$work/out")
}

part "a library, a prompt, a second thought"
on a 0 init
in=$'---\ntitle: Explain it\ninputs:\n  topic: {type: string}\n---\nExplain {{topic}} to me.\n'
on a 0 add teach/explain
in=
EDITOR="sed -i 's/to me/as to a child/'" on a 0 edit explain
on a 0 render explain topic=tides
[ "$out" = "Explain tides as to a child." ] || fail "rendered: $out"
on a 0 rate explain 5 --model some-model

part "it gets a tag and another name; its history goes with it"
on a 0 tag explain +school
on a 0 list --tag school
has teach/explain "$out"
on a 0 rename explain school/lesson
on a 3 show teach/explain
on a 0 history lesson --json
holds '[(c["message"].split(":")[0], c["version"]) for c in a["commits"]] == [("rename", 2), ("tag", 2), ("edit", 2), ("add", 1)]'
holds '[c["file"] for c in a["commits"]][-1] == "prompts/teach/explain.prompt.md"'
on a 0 diff lesson 1 2
has "-Explain {{topic}} to me." "$out"
has "+Explain {{topic}} as to a child." "$out"
on a 0 show lesson@1 --text
has "to me." "$out"

part "back to the first words, as a third version"
on a 0 restore lesson@1
on a 0 show lesson --json
holds 'a["prompt"]["version"] == 3'
on a 0 render lesson topic=tides
[ "$out" = "Explain tides to me." ] || fail "restored: $out"

part "copied, made into another, offered to be published"
mkdir programs && printf '#!/bin/sh\ncat >%s/clip\n' "$work" >programs/wl-copy && chmod +x programs/wl-copy
PATH=$work/programs:$PATH DISPLAY='' WAYLAND_DISPLAY=wayland-9 on a 0 copy lesson topic=rain
[ "$(cat clip)" = "Explain rain to me." ] || fail "copied: $(cat clip)"
on a 0 new letters/moons --from lesson topic=moons
on a 0 render letters/moons
[ "$out" = "Explain moons to me." ] || fail "new: $out"
printf 'act,prompt,collection\nPoet,Write a poem.,daily\n' >a/data/personal/prompts/acts.csv
at a add -A && at a commit -qm "by hand: a table"
on a 0 history
mkdir .claude
on a 0 publish --collection daily --dry-run --json
holds 'a["dry_run"] and [(t["collection"], t["written"]) for t in a["targets"]] == [("daily", 1)]'
[ -z "$(ls -A .claude)" ] || fail "a dry run wrote: $(ls -A .claude)"

part "an assistant takes it and says how it did"
assistant a get_prompt '{"name": "school/lesson", "arguments": {"topic": "snow"}}'
has "Explain snow to me." "$out"
has "Prompt school/lesson, version 3" "$out"
assistant a record_prompt_result '{"name": "school/lesson", "rating": 3, "success": false}'
on a 0 stats school/lesson --json
holds 'a["all"]["results"] == 2 and a["all"]["failed"] == 1'
holds '[n for n in "12345" for _ in range(a["all"]["ratings"][n])] == ["3", "5"]'

part "another machine: the same prompts, the same numbers"
git init -q --bare middle.git
on a 0 sync-git "$work/middle.git"
on a 0 push
on b 0 init --clone "$work/middle.git"
for home in a b; do
	on $home 0 history lesson --json
	mv out numbers.$home
	on $home 0 list --limit 100 --json
	python3 -c 'import json
for p in json.load(open("out"))["prompts"]: print(p["name"], p["version"], p["sha256"])' >>numbers.$home
done
grep -q '^school/lesson 3 ' numbers.a || fail "numbers: $(cat numbers.a)"
cmp numbers.a numbers.b || fail "two numbers: $(diff numbers.a numbers.b)"

part "changed there, and taken over here"
EDITOR="sed -i s/^Explain/Describe/" on b 0 edit lesson
on b 0 push
on a 0 pull
has "1 commit taken over" "$out"
on a 0 show lesson@4 --text
has "Describe {{topic}} to me." "$out"

part "changed on both: shown, decided, and one again"
EDITOR="sed -i s/Describe/Paint/" on a 0 edit lesson
EDITOR="sed -i s/Describe/Sing/" on b 0 edit lesson
on a 0 push
on b 6 pull
has "school/lesson" "$out"
has "promptd resolve" "$err"
on b 0 resolve lesson --ours
on b 0 push
on a 0 pull
[ "$(at a rev-parse HEAD)" = "$(at b rev-parse HEAD)" ] || fail "two histories"
on a 0 render lesson topic=winds
[ "$out" = "Sing winds to me." ] || fail "resolved: $out"
has "Paint {{topic}}" "$(at a log -p --format=%H)"

part "removed; the history remembers"
on a 0 remove lesson
on a 3 show lesson
[ ! -e a/data/personal/prompts/school/lesson.prompt.md ] || fail "the file is still there"
on a 0 log --library
has "remove: Explain it" "$out"

part "git tells the same story: one commit a step, with title and version"
at a fsck --strict >/dev/null 2>&1 || fail "fsck"
[ -z "$(at a status --porcelain)" ] || fail "left: $(at a status --porcelain)"
at a log --reverse --first-parent --format='%s|%(trailers:key=Promptd-Version,valueonly,separator=%x2c)' >told
cat >wanted <<-'END'
	init: a library of prompts|
	add: Explain it|1
	edit: Explain it|2
	tag: Explain it|2
	rename: Explain it|2
	restore: Explain it|3
	add: Explain it|1
	by hand: a table|
	edit: Explain it|4
	edit: Explain it|5
	merge: what was changed elsewhere|
	remove: Explain it|
	END
diff wanted told >differs || fail "the commits: $(cat differs)"
at a log --format='%(trailers:key=Promptd-Change,valueonly,separator=%x2c)' | grep . >changes
[ "$(at a rev-list --count HEAD)" = 13 ] || fail "$(at a rev-list --count HEAD) commits, not the twelve and the other side's"
[ "$(wc -l <changes) $(sort -u changes | wc -l)" = "10 10" ] || fail "changes by a command, once each: $(cat changes)"

verdict
