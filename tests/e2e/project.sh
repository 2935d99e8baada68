#!/bin/bash
# Prompts that a project brings along: offered to who works there and to nobody else,
# behind the person's own, with a badge; over the command line and over MCP.
#
#	project.sh DIRECTORY-OF-PROGRAMS
set -uo pipefail
command -v python3 >/dev/null || {
	echo "skipped: python3 is not installed"
	exit 77
}
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-project.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PROMPTD_AUTOSTART=no PROMPTD_HOME=$work/lib HOME=$work/home LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME XDG_RUNTIME_DIR
proj=$work/home/code/proj
mkdir -p "$proj"/.git "$proj"/.github/prompts "$proj"/.claude/commands "$proj"/.agents/skills/tidy \
	"$proj"/sub/.prompts "$work/home/.prompts" "$work/home/code/.prompts" "$work/in"
failures=0

fail() {
	printf 'FAILED: %s\n' "$*" >&2
	failures=$((failures + 1))
}

run() { # STATUS WORDS...
	local wanted=$1 got
	shift
	out=$("$bin/promptd" "$@" 2>"$work/err" </dev/null)
	got=$?
	err=$(cat "$work/err")
	[ "$got" = "$wanted" ] || fail "promptd $*: exit $got, not $wanted: $out $err"
}

has() {
	case $2 in
	*"$1"*) ;;
	*) fail "not found: $1 in: $2" ;;
	esac
}

lacks() {
	case $2 in
	*"$1"*) fail "found: $1 in: $2" ;;
	esac
}

talk() {
	out=$("$here/project_talk.py" "$bin/promptd-mcp" "$@" 2>&1) || fail "talk $*: $out"
}

names() { # as list has them, on one line
	out=$("$bin/promptd" list | cut -f1 | tr '\n' ' ')
	[ "$out" = "$1 " ] || fail "the list is $out, not $1"
}

part() {
	printf '%s\n' "$1"
}

echo 'Review of the project.' >"$proj/.github/prompts/review.prompt.md"
echo 'Fix $ARGUMENTS, see !`ls`.' >"$proj/.claude/commands/fix.md"
printf -- '---\nname: tidy\ndescription: Tidies\n---\nTidy up.\n' >"$proj/.agents/skills/tidy/SKILL.md"
echo 'Deep in it.' >"$proj/sub/.prompts/deep.prompt.md"
echo 'Above home.' >"$work/home/.prompts/home.prompt.md"
echo 'Above the repository.' >"$work/home/code/.prompts/above.prompt.md"
echo 'My own review.' >"$work/in/review.prompt.md"

part "in a project, before there is a library"
cd "$proj/sub" || exit
run 0 search tidy
has "project" "$out"

part "offered here, and nowhere else"
run 0 import "$work/in"
names "deep fix review tidy"
run 0 show tidy
has "project" "$out"
has ".agents/skills/tidy/SKILL.md" "$out"
has "[of this project: .agents/skills/tidy/SKILL.md] Tidies" "$out"
run 0 render deep
[ "$out" = "Deep in it." ] || fail "render: $out"
cd "$proj" || exit
names "fix review tidy"
cd "$work" || exit
names review
run 3 show tidy
run 3 render project:tidy
cd "$work/home" || exit
names review

part "the person's own comes first; the other has its whole name"
cd "$proj" || exit
run 0 render review
[ "$out" = "My own review." ] || fail "the project's took the place of one's own: $out"
run 0 render project:review
[ "$out" = "Review of the project." ] || fail "project:review is $out"
run 0 show review --json
has '"others":["project:review"]' "$out"
run 0 show project:review
has "local:review" "$out"
run 0 remove review
run 0 render review
[ "$out" = "Review of the project." ] || fail "without one's own: $out"
run 0 import "$work/in"

part "what it would have others do"
run 0 show fix
has "snippet that some assistants would execute" "$out"
printf -- '---\naliases: [mine]\ncollection: daily\n---\nSee <U+202E>: \xe2\x80\xae hidden.\n' \
	>"$proj/.github/prompts/hide.prompt.md"
printf 'A name.\n' >"$proj/.github/prompts/$(printf 'two\nlines').prompt.md"
ln -s "$work/in/review.prompt.md" "$proj/.github/prompts/link.prompt.md"
mkdir "$work/away" && echo Away. >"$work/away/away.prompt.md"
ln -s "$work/away" "$proj/.prompts"
run 0 show hide
has "held characters that do not show" "$out"
run 0 show hide --json
has '"collection":null' "$out"
run 3 show mine
run 3 show link
run 3 show away
run 0 project --json
has '"root":"' "$out"
lacks 'two\n' "$(grep -o '"description":"[^"]*"' <<<"$out")"
rm "$proj/.prompts" "$proj/.github/prompts/"{hide,link,two*}.prompt.md

part "a change, one that is gone, and too many"
echo 'Tidier.' >"$proj/.github/prompts/tidier.prompt.md"
names "fix review tidier tidy"
rm "$proj/.github/prompts/tidier.prompt.md"
names "fix review tidy"
mkdir "$proj/.prompts"
for i in $(seq 220); do
	echo "Number $i." >"$proj/.prompts/n$i.prompt.md"
done
run 0 project
has "more prompts than the 200" "$err"
run 0 list --json
[ "$(grep -o '"source":"project"' <<<"$out" | wc -l)" -le 200 ] || fail "more than 200"
rm -r "$proj/.prompts"

part "skills that this library published there are no other prompts"
run 0 import "$work/in" --collection daily
run 0 publish --collection daily --client codex --project
names "daily/review fix review tidy"
run 0 publish --remove

part "over MCP: lists, search, text; uses are counted"
talk names "daily/review fix review tidy"
talk list
has '"description": "[of this project: .claude/commands/fix.md]' "$out"
has 'prompt://tidy' "$out"
talk search tidies
has '"source": "project"' "$out"
talk get tidy
has "the word of whoever wrote that repository" "$out"
has "Tidy up." "$out"
talk get project:review
has "Review of the project." "$out"
talk get review
has "My own review." "$out"
run 0 list --json
has '"source":"project"' "$out"
[ "$("$bin/promptd" show tidy --json | grep -o '"id":"[^"]*"')" != "" ] || fail "no id"
run 0 stats --json
has tidy "$out"

part "over MCP: a change is announced, or seen at the next call"
talk follow "$proj/.claude/commands/new.md" "Announced." new
talk next "$proj/.claude/commands/new.md" "At the next call." new
mkdir "$proj/.claude/commands/below"
talk follow "$proj/.claude/commands/below/deeper.md" "Below." below/deeper
cd "$work" || exit
talk names "daily/review review"

part "switched off; a project that is gone"
mkdir -p "$work/lib/config" && echo 'project_prompts = no' >"$work/lib/config/promptd.conf"
cd "$proj" || exit
names "daily/review review"
talk names "daily/review review"
run 6 project
rm "$work/lib/config/promptd.conf"
mkdir -p "$work/home/code/other/.git" "$work/home/code/other/.prompts"
echo "Other." >"$work/home/code/other/.prompts/other.prompt.md"
cd "$work/home/code/other" && rm -r "$proj"
names "daily/review other review"
left=$(python3 - "$work/lib/data/prompts.db" <<-'PY'
	import sqlite3, sys
	rows = sqlite3.connect(sys.argv[1]).execute("SELECT DISTINCT source FROM prompt")
	print(*sorted(row[0].split(":")[0] + row[0][-5:] for row in rows))
PY
)
[ "$left" = "locallocal projectother" ] || fail "what is gone is kept: $left"

[ "$failures" = 0 ] || exit 1
echo "all as it should be"
