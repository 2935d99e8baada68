#!/bin/bash
# The life of a personal prompt over the real programs, with git as the witness; then
# repositories that are not as they should be, and processes killed in the middle.
#
#	personal.sh [PROMPTD [KILLS]]
#
# The kills are at random moments; tests/faults/fault_kill9_personal.c goes through all.
# Without words it builds the program itself and kills 1,000 times.
set -uo pipefail
. "$(dirname "$0")/story.sh"
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
if [ $# = 0 ]; then
	cd "$(dirname "$0")/../.." || exit
	cmake --preset dev >/dev/null && cmake --build --preset dev --target promptd >/dev/null || exit
	set -- build/dev/bin/promptd 1000
fi
promptd=$(realpath "$1")
kills=${2:-10}
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-personal.XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
export PROMPTD_AUTOSTART=no PROMPTD_HOME=$work/home HOME=$work LC_ALL=C.UTF-8
export GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$work
unset VISUAL EDITOR XDG_CONFIG_HOME XDG_RUNTIME_DIR
cd "$work" || exit
git config --global user.name "A Person"
git config --global user.email person@example.org
repo=$work/home/data/personal

# run STATUS WORDS...: as in cli.sh; standard input is $in.
in=
run() {
	local wanted=$1 got
	shift
	printf '%s' "$in" | "$promptd" "$@" >"$work/out" 2>"$work/err"
	got=${PIPESTATUS[1]}
	out=$(cat "$work/out")
	err=$(cat "$work/err")
	[ "$got" = "$wanted" ] || fail "promptd $*: exit $got, not $wanted: $out $err"
}

commits() {
	git -C "$repo" rev-list --count HEAD
}

# one COMMAND: since $before there is one commit, and nothing is left to commit.
one() {
	[ "$(commits)" = $((before + 1)) ] || fail "$1: $(($(commits) - before)) commits, not one"
	[ -z "$(git -C "$repo" status --porcelain)" ] || fail "$1 leaves: $(git -C "$repo" status --porcelain)"
	before=$(commits)
}

part "without a library there is a clear word"
run 3 history
has "promptd init" "$err"

part "init makes one, and again changes nothing"
run 0 init
[ -f "$repo/README.md" ] || { fail "init made no library"; exit 1; }
git -C "$repo" fsck --strict >/dev/null 2>&1 || fail "fsck"
before=$(commits)
run 0 init
[ "$(commits)" = "$before" ] || fail "init again made a commit"

part "add: one commit with its title and version"
in='Explain {{topic}} to me.'
run 0 add teach/explain
one add
git -C "$repo" log -1 --format=%B | grep -q '^Promptd-Version: 1$' || fail "no version in the message"
git -C "$repo" log -1 --format=%s | grep -q '^add: ' || fail "no operation in the message"
[ "$(cat "$repo/prompts/teach/explain.prompt.md")" = "$in" ] || fail "add changed the text"
run 0 show explain --text
has "Explain {{topic}}" "$out"
run 6 add teach/explain
in=$'---\ninputs:\n  n: {type: integer, default: many}\n---\nx\n'
run 1 add bad
in=x
run 2 add ../outside
run 2 add .git/hooks/x
[ "$(commits)" = "$before" ] || fail "a refused add made a commit"

part "edit: one commit; what does not parse is kept"
export EDITOR="sed -i 's/to me/as to a child/'"
run 0 edit explain
one edit
run 0 show explain
has "as to a child" "$out"
export EDITOR="true"
run 0 edit explain
[ "$(commits)" = "$before" ] || fail "an edit without a change made a commit"
printf -- '---\ninputs:\n  n: {type: integer, default: many}\n---\nx\n' >broken
export EDITOR="cp $work/broken"
printf '#!/bin/sh\ncp %s/broken "$1"\n' "$work" >editor && chmod +x editor
export EDITOR=$work/editor
run 1 edit explain
kept=$(printf '%s' "$err" | grep -o '/[^ ]*edit-[0-9]*\.prompt\.md')
cmp -s "$kept" broken || fail "the text was not kept: $err"
[ "$(commits)" = "$before" ] || fail "a broken edit made a commit"

part "rename: history and versions stay with it"
run 0 rename explain school/lesson
one rename
run 0 history lesson --json
python3 - out <<-'END' || fail "history: $out"
	import json, sys
	c = json.load(open(sys.argv[1]))["commits"]
	assert [x["version"] for x in c] == [2, 2, 1], c
	assert c[-1]["file"] == "prompts/teach/explain.prompt.md", c
	assert c[0]["author"] == "A Person", c
END
run 3 show teach/explain
run 0 show school/lesson@1 --text
has "to me" "$out"

part "the name of a renamed prompt can be given again"
in='Another {{topic}}.'
run 0 add teach/explain
one "add under an old name"
run 0 remove teach/explain
before=$(commits)

part "tag: in the file, in one commit, and no new version"
run 0 tag lesson +school +short
one tag
has "version 2" "$out"
run 0 tag lesson -- -short
one tag
run 0 list --tag school
has school/lesson "$out"
run 3 list --tag short
run 2 tag lesson school
[ "$(commits)" = "$before" ] || fail "a refused tag made a commit"

part "diff: between versions, and the last change"
run 0 diff lesson 1 2
grep -q '^-Explain {{topic}} to me' out && grep -q '^+Explain {{topic}} as to a child' out || fail "diff: $out"
run 0 diff lesson
grep -q '^-.*short' out || fail "diff: $out"
run 0 diff lesson 2 2
run 3 diff lesson 1 9
run 2 diff lesson one

part "show NAME@N and blame: with the history's numbers"
run 0 show lesson@2 --text
has "as to a child" "$out"
run 3 show lesson@9
has "promptd history" "$err"
run 0 show lesson
has "version     2" "$out"
run 0 blame lesson --json
python3 - out <<-'END' || fail "blame: $out"
	import json, sys
	lines = json.load(open(sys.argv[1]))["lines"]
	text = [x for x in lines if "as to a child" in x["text"]]
	assert len(text) == 1 and text[0]["version"] == 2 and text[0]["author"] == "A Person", lines
END
run 0 blame lesson
has "as to a child" "$out"

part "new: a template with some of its values"
in=$'---\ninputs:\n  who: {type: string}\n  tone: {type: string, default: kind}\n  long: {type: boolean}\n---\nDear {{who}}, in a {{tone}} way.{{#long}} At length.{{/long}}\n'
run 0 add letter
before=$(commits)
in=
run 0 new letters/aunt --from letter who='Aunt {Ann}' long=yes
one new
run 0 show letters/aunt --text
has "Dear Aunt {Ann}, in a {{tone}} way. At length." "$out"
run 0 render letters/aunt
has "in a kind way." "$out"
run 2 new letters/x --from letter who='{{tone}}'
run 1 new letters/x --from letter nobody=x
run 3 new letters/x --from no-such-template
run 2 new letters/x
run 6 new letters/aunt --from letter who=you
run 0 new letters/x --from letter who='{{tone}}' tone=y
run 0 render letters/x
has "Dear {{tone}}, in a y way." "$out"
run 0 remove letters/x
before=$(commits)

part "copy: through whatever program is there, else a clear word"
mkdir bin && ln -s "$(command -v sh)" "$(command -v cat)" bin/
DISPLAY='' WAYLAND_DISPLAY='' run 6 copy letters/aunt
has "neither WAYLAND_DISPLAY nor DISPLAY" "$err"
PATH=$work/bin DISPLAY=:99 WAYLAND_DISPLAY='' run 3 copy letters/aunt
has "xclip" "$err"
printf '#!/bin/sh\necho "$*" >%s/words\ncat >%s/clip\n' "$work" "$work" >bin/xsel && chmod +x bin/xsel
PATH=$work/bin DISPLAY=:99 WAYLAND_DISPLAY='' run 0 copy letters/aunt tone=warm
[ "$(cat clip)" = "Dear Aunt {Ann}, in a warm way. At length." ] || fail "copied: $(cat clip)"
[ "$(cat words)" = "--clipboard --input" ] || fail "xsel was told: $(cat words)"
[ -z "$out" ] || fail "copy printed: $out"
printf '#!/bin/sh\ncat >%s/clip-wayland\n' "$work" >bin/wl-copy && chmod +x bin/wl-copy
PATH=$work/bin DISPLAY=:99 WAYLAND_DISPLAY=wayland-9 run 0 copy letters/aunt
[ -s clip-wayland ] || fail "wl-copy was not asked first"
printf '#!/bin/sh\nexit 1\n' >bin/wl-copy
PATH=$work/bin DISPLAY=:99 WAYLAND_DISPLAY=wayland-9 run 1 copy letters/aunt
has "wl-copy took nothing" "$err"
[ "$(commits)" = "$before" ] || fail "copy made a commit"

part "log --library: the commits, as history without a name tells them"
run 0 history
before_log=$out
[ -z "$(cut -f1 <<<"$out" | tr -d '\n')" ] || fail "all commits have numbers: $out"
run 0 log --library
[ -n "$out" ] && [ "$out" = "$before_log" ] || fail "log --library: $out"
run 2 log --library --lines 3

part "restore: the old text is a new version"
run 0 restore lesson@1
one restore
has "version 3" "$out"
run 0 show lesson --text
has "to me" "$out"
run 3 restore lesson@9
run 2 restore lesson

part "modes: what may be executed stays so, links are not changed"
in='#!/usr/bin/env prompt'
run 0 add tool
chmod 755 "$repo/prompts/tool.prompt.md"
git -C "$repo" commit -qam "may be executed"
ln -s tool.prompt.md "$repo/prompts/alias.prompt.md" && git -C "$repo" add -A && git -C "$repo" commit -qm "a link"
before=$(commits)
EDITOR="sed -i s/env/bin/" run 0 edit tool
one "edit of what may be executed"
run 0 rename tool tools/tool
one "rename of what may be executed"
in=beside
run 0 add tools/beside
one "add beside it"
[ "$(git -C "$repo" ls-tree HEAD prompts/tools/ | cut -d' ' -f1 | tr '\n' ' ')" = "100644 100755 " ] || fail "modes: $(git -C "$repo" ls-tree HEAD prompts/tools/)"
[ -x "$repo/prompts/tools/tool.prompt.md" ] || fail "the file may not be executed any more"
run 6 add alias
has "is a link" "$err"
[ -L "$repo/prompts/alias.prompt.md" ] && [ "$(git -C "$repo" ls-tree HEAD prompts/alias.prompt.md | cut -d' ' -f1)" = 120000 ] || fail "the link was changed"
git -C "$repo" rm -q prompts/alias.prompt.md && git -C "$repo" commit -qm "no link"
run 0 remove tools/tool
run 0 remove tools/beside
before=$(commits)

part "what others staged or changed stays theirs"
in=other
run 0 add other
before=$(commits)
echo staged >"$repo/staged.txt" && git -C "$repo" add staged.txt
echo changed >>"$repo/README.md"
in=third
run 0 add third
[ "$(git -C "$repo" status --porcelain)" = $' M README.md\nA  staged.txt' ] || fail "not left alone: $(git -C "$repo" status --porcelain)"
[ "$(git -C "$repo" show --stat --format= HEAD | grep -c '|')" = 1 ] || fail "the commit holds more than its file"
git -C "$repo" rm -q --cached staged.txt && rm "$repo/staged.txt"
git -C "$repo" checkout -q README.md

part "a change by hand shows up, and a dirty file is not overwritten"
echo "mine" >>"$repo/prompts/other.prompt.md"
run 0 history
run 0 show other --text
has mine "$out"
export EDITOR="sed -i s/mine/theirs/"
run 6 edit other
has "not committed" "$err"
run 6 remove other
grep -q mine "$repo/prompts/other.prompt.md" || fail "an edit by hand was lost"
git -C "$repo" commit -qam "by hand"

part "remove: the file goes, in one commit, and stays in the history"
before=$(commits)
run 0 remove other
one remove
[ ! -e "$repo/prompts/other.prompt.md" ] || fail "remove left the file"
run 3 show other
git -C "$repo" fsck --strict >/dev/null 2>&1 || fail "fsck"

part "no branch, a merge, conflicts: refused, nothing lost"
git -C "$repo" checkout -q --detach
in=y
run 6 add nobranch
has "detached" "$err"
git -C "$repo" checkout -q main
git -C "$repo" checkout -q -b side && echo A >"$repo/prompts/third.prompt.md" && git -C "$repo" commit -qam A
git -C "$repo" checkout -q main && echo B >"$repo/prompts/third.prompt.md" && git -C "$repo" commit -qam B
git -C "$repo" merge side >/dev/null 2>&1
run 6 add merging
has "conflicts" "$err"
git -C "$repo" merge --abort
[ ! -e "$repo/prompts/merging.prompt.md" ] && [ ! -e "$repo/prompts/nobranch.prompt.md" ] || fail "a refused add left a file"

part "bare, foreign, elsewhere: refused"
git init -q --bare bare
run 6 init bare
has "bare" "$err"
git init -q elsewhere && git -C elsewhere config core.worktree "$work"
run 6 init elsewhere
if [ "$(id -u)" = 0 ]; then
	git init -q foreign && chown -R 12345 foreign
	run 6 init foreign
	has "another user" "$err"
else
	echo "  (not root: no repository of another user was tried)"
fi

part "hostile names: links are not followed, nothing is written outside"
mkdir outside && echo secret >outside/secret.prompt.md
ln -s "$work/outside" "$repo/prompts/link"
ln -s "$work/outside/secret.prompt.md" "$repo/prompts/leak.prompt.md"
run 0 history
run 3 show leak
run 3 show secret
in=z
"$promptd" add link/escape <<<z >/dev/null 2>err2 && fail "wrote through a link"
[ ! -e outside/escape.prompt.md ] || fail "wrote outside"
rm "$repo/prompts/link" "$repo/prompts/leak.prompt.md" "$repo/.git/promptd-pending" 2>/dev/null
for name in .GIT/x 'git~1/x' a/../b /abs 'a//b' .; do
	"$promptd" add "$name" <<<z >/dev/null 2>&1 && fail "took the name $name"
done
[ "$(git -C "$repo" status --porcelain)" = "" ] || fail "left: $(git -C "$repo" status --porcelain)"

part "a folder of prompts is adopted as it is"
mkdir -p mine/.claude/commands mine/notes
echo 'Review $ARGUMENTS' >mine/.claude/commands/review.md
printf 'act,prompt\nPoet,Write a poem\nCook,Cook a meal\n' >mine/prompts.csv
echo 'not a prompt' >mine/notes/todo.txt
PROMPTD_HOME=$work/home2 run 0 init mine
has "3 prompts" "$out"
[ "$(git -C mine ls-files | sort | tr '\n' ' ')" = ".claude/commands/review.md prompts.csv " ] || fail "adopted: $(git -C mine ls-files)"
PROMPTD_HOME=$work/home2 run 6 remove poet
has "several prompts" "$err"

part "killed at any moment: $kills times"
count=$(git -C "$repo" log --format=%B | grep -c '^Promptd-Change: ')
[ "$count" -gt 5 ] || fail "no changes are marked"
python3 - "$promptd" "$kills" "$repo" <<-'END' || fail "killed: see above"
	import random, signal, subprocess, sys, time
	promptd, kills, repo = sys.argv[1], int(sys.argv[2]), sys.argv[3]
	def git(*words):
	    return subprocess.run(["git", "-C", repo, *words], capture_output=True, text=True, check=True).stdout
	def start(*words):
	    p = subprocess.Popen([promptd, *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
	    return p
	begin = time.monotonic()
	p = start("add", "kill/warm"); p.communicate(b"warm")
	assert p.returncode == 0
	span = (time.monotonic() - begin) * 1.2
	done, killed, names = 0, 0, {"kill/warm"}
	for i in range(kills):
	    name = "kill/n%d" % (i % 40)
	    if name in names and i % 2:
	        p = start("remove", name)
	    else:
	        p = start("add", "kill/m%d" % i)
	    p.stdin.write(b"text %d" % i); p.stdin.close()
	    time.sleep(random.random() * span)
	    p.send_signal(signal.SIGKILL)
	    p.wait()
	    killed += p.returncode == -signal.SIGKILL
	    done += p.returncode == 0
	    p.stderr.close()
	    if i % 5 == 4:
	        m = subprocess.run([promptd, "history"], capture_output=True, text=True)
	        assert m.returncode == 0, m.stderr
	        assert git("status", "--porcelain") == "", git("status", "--porcelain")
	m = subprocess.run([promptd, "history"], capture_output=True, text=True)
	assert m.returncode == 0, m.stderr
	assert git("status", "--porcelain") == "", git("status", "--porcelain")
	git("fsck", "--strict")
	lines = [x for x in git("log", "--format=%B").splitlines() if x.startswith("Promptd-Change: ")]
	assert len(lines) == len(set(lines)), "a commit was made twice"
	files = {f[len("prompts/"):-len(".prompt.md")] for f in git("ls-files").splitlines() if f.endswith(".prompt.md")}
	shown = subprocess.run([promptd, "list", "--limit", "5000"], capture_output=True, text=True).stdout
	index = {row.split("\t")[0] for row in shown.splitlines()}
	assert files == index, files ^ index
	assert done <= sum(f.startswith("kill/m") for f in files), "a commit was lost"
	print("  %d killed, %d had ended, %d files" % (killed, done, len(files)))
	assert killed > 0
END

verdict
