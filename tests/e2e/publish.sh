#!/bin/bash
# promptd publish: a collection kept in step as skills, only in folders of its own, and
# the way back. The assistants themselves read them in publish_real.sh.
#
#	publish.sh PROMPTD
set -uo pipefail
command -v git >/dev/null || {
	echo "skipped: git is not installed"
	exit 77
}
promptd=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-publish.XXXXXX")
agent=
finish() {
	[ -z "$agent" ] || { kill "$agent" && wait "$agent"; } 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
echo 'leak:libpcre2-8.so' >"$work/lsan" # libgit2's, see personal_source.sh
export LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0
export PROMPTD_AUTOSTART=no PROMPTD_HOME=$work/lib HOME=$work/home LC_ALL=C.UTF-8
export GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$work PATH=/usr/bin:/bin
unset VISUAL EDITOR XDG_CONFIG_HOME XDG_RUNTIME_DIR NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
unset CODEX_HOME CLAUDE_CONFIG_DIR
mkdir -p "$HOME" "$work/in"
cd "$work" || exit
failures=0
claude=$HOME/.claude/skills agents=$HOME/.agents/skills

fail() {
	printf 'FAILED: %s\n' "$*" >&2
	failures=$((failures + 1))
}

run() { # STATUS WORDS...
	local wanted=$1 got
	shift
	"$promptd" "$@" >out 2>err </dev/null
	got=$?
	out=$(cat out)
	err=$(cat err)
	[ "$got" = "$wanted" ] || fail "promptd $*: exit $got, not $wanted: $out $err"
}

has() { # TEXT IN
	case $2 in
	*"$1"*) ;;
	*) fail "not found: $1 in: $2" ;;
	esac
}

is() { # FILE TEXT: exactly
	printf '%s' "$2" | cmp - "$1" || fail "$1 is not as it should be"
}

put() { # FILE TEXT
	mkdir -p "$(dirname "in/$1")" && printf '%s\n' "$2" >"in/$1"
}

part() {
	printf '%s\n' "$1"
}

versions() { # NAME: how many
	"$promptd" show "$1" --versions --json | grep -o '"version":[0-9]*' | sort -u | wc -l
}

part "for the assistants that are here, and for none when there is none"
put review.prompt.md '---
title: Code review
description: Reviews a change
tags: [a, b]
inputs:
  - name: file-name
    required: true
  - name: depth
    enum: [deep, flat]
    default: flat
---
Review {{file-name}}, {{depth}}ly, for $5.'
put plain.prompt.md 'Plain text.'
run 0 import in --collection daily
run 3 publish
has "nothing is published" "$err"
run 3 publish --collection daily
has "no assistant" "$err"
run 3 publish --collection nightly
run 2 publish --collection daily --client ed
mkdir -p "$HOME/.claude" "$HOME/.codex"
run 0 publish --collection daily
has "Claude Code" "$out"
has "2 skills of daily" "$out"

part "the files, as the assistants want them"
is "$agents/review/agents/openai.yaml" 'interface:
  display_name: Code review
policy:
  allow_implicit_invocation: false
'
[ ! -e "$claude/review/agents" ] || fail "a file for Codex in Claude Code's folder"
grep -qx 'disable-model-invocation: true' "$claude/review/SKILL.md" || fail "not hidden"
grep -qx 'arguments: \[file_name, depth\]' "$claude/review/SKILL.md" || fail "no arguments"
grep -qx 'argument-hint: "<file_name> \[depth\]"' "$claude/review/SKILL.md" || fail "no hint"
grep -qxF 'Review $file_name, $ARGUMENTS[1]ly, for \$5.' "$claude/review/SKILL.md" ||
	fail "variables of Claude Code: $(cat "$claude/review/SKILL.md")"
grep -qxF 'Review {{file-name}}, {{depth}}ly, for $5.' "$agents/review/SKILL.md" ||
	fail "variables of the others: $(cat "$agents/review/SKILL.md")"
grep -q 'one of: deep, flat; default: flat' "$agents/review/SKILL.md" || fail "inputs not told"
grep -q 'promptd-version: "1"' "$agents/review/SKILL.md" || fail "no version"
for file in "$claude"/*/SKILL.md "$agents"/*/SKILL.md; do
	grep -qx "name: $(basename "$(dirname "$file")")" "$file" || fail "$file has another name"
done

part "again: nothing to do; a changed prompt: only its files; one that left: gone"
run 0 publish
has "0 files written, 4 unchanged" "$out"
put review.prompt.md 'Review it otherwise.'
run 0 import in --collection daily
run 0 publish --json
has '"written":1' "$out"
run 0 remove plain
run 0 publish --dry-run
has "to be removed" "$out"
[ -e "$claude/plain/SKILL.md" ] || fail "a dry run removed a file"
run 0 publish
[ ! -e "$claude/plain" ] && [ ! -e "$agents/plain" ] || fail "a prompt that left is still there"

part "what is not ours is never written, followed or removed"
mkdir -p "$claude/mine/notes" "$work/elsewhere"
echo mine >"$claude/mine/notes/a"
ln -s "$work/elsewhere" "$claude/linked"
mkdir -p "$claude/file" && echo mine >"$claude/file/SKILL.md"
put mine.prompt.md 'Not yours.'
put linked.prompt.md 'Not there.'
put file.prompt.md 'Not over it.'
run 0 import in --collection daily
run 1 publish
has "mine/SKILL.md: its folder is not ours" "$err"
has "linked/" "$err"
has "file/SKILL.md: a file that is not ours" "$err"
[ "$(find "$claude/mine" "$claude/file" -type f | wc -l)" = 2 ] || fail "a foreign folder was written to"
[ -z "$(ls "$work/elsewhere")" ] || fail "a link was followed"
run 0 remove mine && run 0 remove linked && run 0 remove file
rm in/mine.prompt.md in/linked.prompt.md in/file.prompt.md
run 0 publish

part "edited by hand: told, both kept; import makes it a version of the same prompt"
sed -i 's/otherwise/by hand/' "$claude/review/SKILL.md"
run 1 publish --status
put review.prompt.md 'Review it a third way.'
run 0 import in/review.prompt.md --collection daily
run 1 publish
has "review/SKILL.md: changed since" "$err"
grep -q 'by hand' "$claude/review/SKILL.md" || fail "the edit is lost"
grep -q 'third way' "$agents/review/SKILL.md" || fail "the other assistants stayed behind"
run 0 import "$agents"
has "2 unchanged" "$out"
run 0 import "$claude/review"
has "1 with a new version" "$out"
run 0 render daily/review
has "Review it by hand." "$out"
run 0 list --json
[ "$(grep -o '"name":"' <<<"$out" | wc -l)" = 2 ] || fail "an import made another prompt: $out"
[ "$(versions daily/review)" = 4 ] || fail "not the next version of the same prompt"
run 1 publish
rm "$claude/review/SKILL.md"
run 0 publish
grep -q 'by hand' "$claude/review/SKILL.md" || fail "not written again"

part "inputs come back from another library's skills"
put review.prompt.md '---
title: Code review
inputs:
  - name: file-name
    required: true
  - name: depth
    enum: [deep, flat]
    default: flat
---
Review {{file-name}}, {{depth}}ly, for $5 or $file_name. \$HOME {{other}}'
run 0 import in/review.prompt.md --collection daily
run 0 publish --client claude
want=$("$promptd" show daily/review --json | grep -o '"sha256":"[0-9a-f]*"')
run 0 show daily/review --text
text=$out
PROMPTD_HOME=$work/other "$promptd" import "$claude/review" >/dev/null || fail "no import there"
[ "$(PROMPTD_HOME=$work/other "$promptd" show daily/review --text)" = "$text" ] ||
	fail "the text did not come back: $(PROMPTD_HOME=$work/other "$promptd" show daily/review --text)"
[ "$(PROMPTD_HOME=$work/other "$promptd" show daily/review --json | grep -o '"sha256":"[0-9a-f]*"')" = "$want" ] ||
	fail "not the same version"

part "names, and what Claude Code would run"
put a/commit.prompt.md 'A.'
put b/commit.prompt.md 'B.'
put c/Übung.prompt.md 'C.'
put run.prompt.md 'See !`ls` first.'
run 0 import in/a in/b --collection daily # both become daily/commit, one with a number
run 0 import in --collection names
run 0 publish --collection names
[ -e "$claude/a-commit/SKILL.md" ] && [ -e "$claude/b-commit/SKILL.md" ] || fail "names: $(ls "$claude")"
has "another prompt has its name" "$err"
[ ! -e "$claude/run" ] || fail "a command was handed to Claude Code"
[ -e "$agents/run/SKILL.md" ] || fail "the others can have it"
has "not for this assistant" "$out"
for name in $(ls "$agents"); do
	[[ $name =~ ^[a-z0-9]+(-[a-z0-9]+)*$ ]] || fail "$name is no legal name of a skill"
done

part "no more than asked for, the most used first"
"$promptd" render names/b/commit >/dev/null
run 0 publish --max 1
has "are left out" "$err"
[ "$(find "$agents" -name SKILL.md | wc -l)" = 1 ] && [ -e "$agents/commit/SKILL.md" ] ||
	fail "not the most used one: $(ls "$agents")"
grep -qx 'B.' "$agents/commit/SKILL.md" || fail "not the most used one"

part "visible, for one project, and no more"
mkdir -p "$work/home/proj/.git" "$work/home/proj/sub"
cd "$work/home/proj/sub" || exit
"$promptd" publish --collection daily --client gemini,claude --visible --project >"$work/out" 2>&1 ||
	fail "project: $(cat "$work/out")"
cd "$work" || exit
[ -e home/proj/.agents/skills/review/SKILL.md ] && [ -e home/proj/.claude/skills/review/SKILL.md ] ||
	fail "not in the project"
[ ! -e home/proj/.agents/skills/review/agents ] || fail "hidden, though --visible"
! grep -q disable-model home/proj/.claude/skills/review/SKILL.md || fail "hidden, though --visible"
run 0 publish --status --json
[ "$(grep -o '"folder"' <<<"$out" | wc -l)" = 4 ] || fail "not four folders: $out"
run 0 publish --remove
[ -z "$(find home -name SKILL.md | grep -v /file/)" ] || fail "skills are left: $(find home -name SKILL.md)"
[ -e "$claude/mine/notes/a" ] && [ -e "$claude/file/SKILL.md" ] && [ -L "$claude/linked" ] ||
	fail "what was not ours is gone"
run 3 publish --status

part "personal prompts: an edit becomes a commit; the agent keeps in step"
git config --global user.name "A Person"
git config --global user.email person@example.org
run 0 init
printf -- '---\ncollection: own\n---\nFirst.\n' | "$promptd" add first >/dev/null || fail "add"
run 0 publish --collection own --client claude
sed -i 's/First/Edited/' "$claude/first/SKILL.md"
run 0 import "$claude/first"
[ "$(git -C lib/data/personal log --format=%s | head -1 | cut -c1-4)" = edit ] || fail "no commit"
run 0 show first --text
has "Edited." "$out"
rm -r "$claude/first"
"$promptd" agent --foreground 2>log </dev/null &
agent=$!
soon() { # FILE TEXT
	local _
	for _ in $(seq 600); do
		grep -qsx "$2" "$1" && return
		sleep 0.1
	done
	fail "$1 does not come to hold $2: $(tail -5 log)"
}
soon "$claude/first/SKILL.md" "Edited."
printf -- '---\ncollection: own\n---\nBy another process.\n' >lib/data/personal/prompts/first.prompt.md
soon "$claude/first/SKILL.md" "By another process."

[ "$failures" = 0 ] || exit 1
echo "all as it should be"
