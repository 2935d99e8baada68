#!/bin/bash
# Every command of promptd as a person and as a program uses it: what it prints,
# its exit status, its JSON, what it leaves on the disk.
#
#	cli.sh PROMPTD
set -uo pipefail
. "$(dirname "$0")/story.sh"
export PROMPTD_AUTOSTART=no # servers started here start no agent
promptd=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d "${TMPDIR:-/tmp}/promptd-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PROMPTD_HOME=$work/home LC_ALL=C.UTF-8 TERM=xterm
unset NO_COLOR XDG_RUNTIME_DIR
cd "$work" || exit

# run STATUS WORDS...: promptd with these words must end so. Sets $out and $err.
run() {
	local wanted=$1 got
	shift
	"$promptd" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
	[ "$got" = "$wanted" ] || fail "promptd $*: exit $got, not $wanted: $out $err"
}

# json STATUS EXPRESSION WORDS...: the same with --json; the answer is one object
# `a` whose status is the word for STATUS, and the Python expression holds.
json() {
	local wanted=$1 expression=$2
	shift 2
	run "$wanted" "$@" --json
	[ -z "$err" ] || fail "promptd $* --json wrote to stderr: $err"
	"$here/answer.py" "$wanted" "$expression" "$work/out" "$work/help" "${1:-}" ||
		fail "promptd $* --json: not so: $expression: ${out:0:2000}"
}

on_terminal() {
	"$here/terminal.py" "$@" </dev/null
}

"$promptd" help --json >help || fail "help --json"

part "help and version stand on every way in"
run 0 --version
has "promptd " "$out"
json 0 'a["version"].count(".") == 2' --version
run 0 --help
has "usage: promptd" "$out"
commands=$(run 0 help --json && python3 -c 'import json; print(*(c["name"] for c in json.load(open("out"))["commands"]))')
for command in import export search list show render tags collections remove rate stats status doctor help; do
	case " $commands " in
	*" $command "*) ;;
	*) fail "help --json does not know $command" ;;
	esac
done
for command in $commands; do
	run 0 "$command" --help
	has "usage: promptd $command" "$out"
	run 0 help "$command"
	has "usage: promptd $command" "$out"
	run 2 "$command" --no-such-option
	json 2 '"no-such-option" in a["error"]' "$command" --no-such-option
done
[ ! -e "$PROMPTD_HOME" ] || fail "help made $PROMPTD_HOME"

part "a mistyped command is met with the nearest"
run 2 serach x
has "did you mean promptd search?" "$err"
json 2 'a["hint"] == "did you mean promptd list?"' lst
run 2 --wrong
run 3 help serach

part "promptd alone says six lines, and makes nothing"
lines=$(on_terminal "$promptd" | tee alone | wc -l)
[ "$lines" = 6 ] || fail "promptd alone: $lines lines"
grep -q "$PROMPTD_HOME/data" alone || fail "promptd alone does not say where the library is"
[ ! -e "$PROMPTD_HOME" ] || fail "promptd alone made $PROMPTD_HOME"

part "a dry run touches nothing"
run 0 import --starter --dry-run
has "would do" "$out"
[ ! -e "$PROMPTD_HOME" ] || fail "a dry run made $PROMPTD_HOME"

part "nothing there is 3, and looking makes no library"
run 3 list
run 3 tags
run 3 collections
json 3 'a["prompts"] == []' list
json 3 '"prompts" not in a or a["prompts"] == []' search nothing
run 3 show x
run 3 render x
run 3 remove x
run 3 export there --format csv
json 0 'a["prompts"] == 0' status
json 0 'a["prompts"] == 0'
[ ! -e "$PROMPTD_HOME" ] || fail "looking made $PROMPTD_HOME"

part "starter prompts come once, and never again after they were removed"
json 0 'a["created"] >= 12 and a["failed"] == 0 and not a["dry_run"]' import --starter
json 0 'a["created"] == 0 and a["unchanged"] >= 12' import --starter
json 0 'all("starter" in p["tags"] and p["source"] == "starter" for p in a["prompts"])' list
first=$("$promptd" list | head -1 | cut -f1)
run 0 remove "$first"
json 0 'a["created"] == 0 and a["stays_removed"] == 1' import --starter
run 3 show "$first"

part "files are private, whatever the umask is"
(umask 000 && PROMPTD_HOME=$work/open "$promptd" import --starter >/dev/null)
[ -z "$(find "$work/open" -perm /077)" ] || fail "open to others: $(find "$work/open" -perm /077)"

part "import: what is bad is named, the rest comes in"
mkdir -p prompts/team
cat >prompts/team/greet.prompt.md <<'END'
---
title: Greet somebody
description: A friendly word
tags: [words, test]
inputs:
  name:
    type: string
    required: true
    description: whom to greet
  tone:
    type: string
    enum: [warm, formal]
    default: warm
  loud:
    type: boolean
    default: false
---
Greet {{name}} in a {{tone}} way.{{#loud}} Loudly!{{/loud}}
END
printf -- '---\ninputs:\n  n:\n    type: integer\n    default: many\n---\nCount {{n}}\n' >prompts/bad.prompt.md
run 1 import prompts
has "bad.prompt.md:" "$err"
has "1 created" "$out"
has "1 file failed" "$out"
json 1 'a["unchanged"] == 1 and a["failed"] == 1 and a["notes"][0]["line"] >= 1 and "bad.prompt.md" in a["notes"][0]["file"]' import prompts
run 1 import no-such-folder
has "no-such-folder: No such file or directory" "$err"
json 1 'a["unchanged"] == 1 and a["failed"] == 2 and a["notes"][0]["file"] == "no-such-folder"' import no-such-folder prompts
mkdir -p texts
echo 'Only a text.' >texts/readme.md
json 3 'a["files"] == 1 and a["created"] == 0' import texts
run 2 import
run 2 import --format nonsense prompts
run 2 import --starter prompts
rm prompts/bad.prompt.md

part "import again: unchanged, updated, a new version"
json 0 'a["unchanged"] == 1' import prompts
name=$("$promptd" list --tag words | cut -f1)
sed -i 's/^description: .*/description: A kind word/' prompts/team/greet.prompt.md
json 0 'a["updated"] == 1' import prompts
sed -i 's/^Greet /Please greet /' prompts/team/greet.prompt.md
json 0 'a["dry_run"] and a["reversioned"] == 1' import --dry-run prompts
json 0 'a["reversioned"] == 1 and not a["dry_run"]' import prompts
json 0 'a["prompt"]["version"] == 2 and len(a["versions"]) == 2' show "$name" --versions

part "import: folders with prompts of the same name, at once and again"
mkdir -p one two
printf -- '---\ntitle: Same\n---\nfrom one\n' >one/same.prompt.md
printf -- '---\ntitle: Same\n---\nfrom two\n' >two/same.prompt.md
json 0 'a["created"] == 2' import one two
json 0 'a["unchanged"] == 2' import one two one
run 0 show same-2 --text
[ "$out" = "from two" ] || fail "show same-2: $out"
run 0 remove same
run 0 remove same-2

part "import: folders with prompts of the same name, one after the other"
json 0 'a["created"] == 1 and a["notes"] == []' import one
json 0 'a["dry_run"] and a["created"] == 1 and a["notes"][0]["kind"] == "warning"' import two --dry-run
run 0 import two
[[ "$err" == *two/same.prompt.md:*'"same" is there already, from '*/one/same.prompt.md*'became "same-2"'* ]] ||
	fail "import of a taken name: $err"
for folder in one two one two; do # each keeps the name it has
	json 0 'a["unchanged"] == 1 and all(n["kind"] == "info" for n in a["notes"])' import $folder
done
run 0 show same --text
[ "$out" = "from one" ] || fail "show same: $out"
mkdir -p twin moved
cp one/same.prompt.md twin # the same text from elsewhere is no other prompt
json 0 'a["unchanged"] == 1 and "the same from" in a["notes"][0]["message"]' import twin
json 0 'a["created"] == 2 and a["unchanged"] == 1' import --dry-run one two twin --collection three
json 0 'a["reversioned"] == 1 and "takes the place" in a["notes"][0]["message"]' import --replace two
run 0 show same --text
[ "$out" = "from two" ] || fail "show same, replaced: $out"
mv two/same.prompt.md moved # a file that is gone makes room
sed -i 's/from two/from moved/' moved/same.prompt.md
json 0 'a["reversioned"] == 1 and "which is gone" in a["notes"][0]["message"]' import moved
json 0 'a["unchanged"] == 1 and a["notes"] == []' import moved
run 0 remove same
run 0 remove same-2

part "import into a collection"
json 0 'a["created"] == 1' import --collection mine prompts
json 0 '[c["name"] for c in a["collections"] if c["name"] == "mine"] == ["mine"]' collections
json 0 'len(a["prompts"]) == 1 and a["prompts"][0]["collection"] == "mine"' list --collection mine
run 0 collections mine --description 'What is mine'
json 0 '[c["description"] for c in a["collections"] if c["name"] == "mine"] == ["What is mine"]' collections
json 3 '"no collection" in a["error"]' collections nobodys --description x
run 2 collections mine
run 2 collections mine --description $'\e[2J'
run 3 list --collection nobodys
run 0 remove "$("$promptd" list --collection mine | cut -f1)"

part "list and tags are tables on a pipe"
run 0 list --tag words
[ "$out" = "$name"$'\t2\tGreet somebody\twords,test\tlocal' ] || fail "list: $out"
run 0 tags
grep -q $'^words\t1\t' out || fail "tags: $out"
run 0 list --limit 2
[ "$(wc -l <out)" = 2 ] || fail "list --limit: $out"
run 2 list --limit 0

part "rate and stats: how it went, counted"
json 0 'a["rating"] == 4 and a["success"] is None and a["version"] == 2' rate greet 4
json 0 'a["success"] is False and a["version"] == 1' rate "$name@1" 2 --success no --model m --notes 'too short'
json 0 'a["all"]["ratings"]["4"] == 1 and a["all"]["ratings"]["2"] == 1 and a["all"]["failed"] == 1 and a["all"]["results"] == 2' stats
json 0 'a["prompts"][0]["rating"] == 3.0 and a["prompts"][0]["results"] == 2 and len(a["prompts"]) == 1' stats --limit 1
json 0 '"prompts" not in a and a["all"]["results"] == 2' stats greet
run 0 stats
grep -q "^$name"$'\t' out || fail "stats has no table: $out"
grep -q '^  4      1  ' out || fail "stats has no plot: $out"
run 2 rate greet 6
run 2 rate greet 4 --success maybe
run 2 rate greet 4 --notes $'a\033[31mb'
run 3 rate no-such-prompt 3

part "favourite: first in the picker"
run 3 list --favourites
has 'promptd favourite NAME' "$err"
run 2 list --favourites --tag words
json 0 'a["favourite"] is True and a["name"] == "'"$name"'"' favourite greet
run 0 favourite greet
run 0 list --favourites
[ "$(cut -f1 out)" = "$name" ] || fail "list --favourites: $out"
json 0 'a["favourite"] is False' favourite greet --remove
run 3 list --favourites
run 3 favourite no-such-prompt

part "search: ranked, with reasons"
run 0 search greet somebody
[ "$(head -1 out | cut -f1)" = "$name" ] || fail "search: $out"
json 0 'a["prompts"][0]["match"] == "title" and a["prompts"][0]["version"] == 2' search greet
json 0 'len(a["prompts"]) == 1 and a["more"]' search --limit 1 the
json 0 'len(a["prompts"]) == 1' search --limit 1 --page 2 the
run 3 search xyzzyplugh
has "nothing found for xyzzyplugh" "$err"
run 2 search
run 2 search --page 100000 x

part "show: head, text, versions"
run 0 show "$name"
has "Greet somebody" "$out"
has "whom to greet" "$out"
has "Please greet {{name}}" "$out"
"$promptd" show "$name@1" --text >text
printf 'Greet {{name}} in a {{tone}} way.{{#loud}} Loudly!{{/loud}}' | cmp - text || fail "show --text"
json 0 'a["prompt"]["messages"][0]["role"] == "user" and a["prompt"]["inputs"][0]["name"] == "name"' show greet
run 3 show "$name@9"
has "no version 9" "$err"
run 3 show gret
has "did you mean $name?" "$err"
run 3 show greet --role system
run 2 show greet --role nobody

part "render: values, files, stdin, exact bytes"
run 1 render greet
has "needs name" "$err"
json 1 'a["missing"] == ["name"]' render greet
run 0 render greet name=Ada
[ "$out" = "Please greet Ada in a warm way." ] || fail "render: $out"
run 0 render greet name=Ada loud=yes tone=formal
[ "$out" = "Please greet Ada in a formal way. Loudly!" ] || fail "render: $out"
run 1 render greet name=Ada tone=cold
has "tone" "$err"
run 1 render greet name=Ada nme=x
run 2 render greet name
run 2 render greet name=a name=b
run 1 render greet name=@absent
has "name=@@absent" "$err"
run 0 render greet name=@@ada
has "greet @ada in" "$out"
run 0 render greet name='{{tone}}'
has "greet {{tone}} in" "$out"
printf 'A\033[31m\nda' >value
"$promptd" render greet name=@value >text
printf 'Please greet A\033[31m\nda in a warm way.' | cmp - text || fail "render name=@file"
"$promptd" render greet name=@- <value >text
printf 'Please greet A\033[31m\nda in a warm way.' | cmp - text || fail "render name=@-"
head -c 2000000 /dev/zero | tr '\0' x >large
run 1 render greet name=@large
json 0 'a["text"] == "Please greet Ada in a warm way." and a["version"] == 2 and len(a["sha256"]) == 64' render "$name" name=Ada
json 0 'a["text"].startswith("Please greet {{name}}")' render greet --holes

part "a use is recorded before the text is out, without a word of what was in it"
count() {
	"$promptd" status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["usage_pending"])'
}
mkdir -p "$PROMPTD_HOME/config"
printf 'remember_values = no\n' >"$PROMPTD_HOME/config/promptd.conf"
before=$(count)
run 0 render greet name=sesame-unforgettable
run 0 show greet --text
run 1 render greet
run 0 list
[ "$(count)" = $((before + 2)) ] || fail "usage rows: $before, then $(count)"
grep -aq sesame-unforgettable "$PROMPTD_HOME"/data/* && fail "a value was written down"
server=$(dirname "$promptd")/promptd-mcp
ask() { # what an assistant asks for, with a value
	printf '%s\n' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}' \
		'{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"'"$name"'","arguments":{"name":"'"$1"'"}}}' | "$server" 2>&1
}
if [ -x "$server" ]; then
	has "Please greet sesame-asked" "$(ask sesame-asked)"
	grep -aq sesame-asked "$PROMPTD_HOME"/data/* && fail "the server wrote a value down"
	printf 'wrong\n' >"$PROMPTD_HOME/config/promptd.conf"
	has "values are not remembered" "$(ask sesame-asked)"
	grep -aq sesame-asked "$PROMPTD_HOME"/data/* && fail "the server wrote a value down"
fi
rm "$PROMPTD_HOME/config/promptd.conf"
run 0 render greet name=sesame-remembered
[ "$("$promptd" render greet --complete name=sesame)" = sesame-remembered ] || fail "a value was not remembered"
grep -aq sesame-remembered "$PROMPTD_HOME"/data/* || fail "this is no way to look for values"
# More than a pipe holds, so that the reader meets the writer in the middle of it.
head -c 300000 /dev/zero | tr '\0' y >big.md
run 0 import --format prompt-md big.md
before=$(count)
exec 3< <("$promptd" show big --text)
read -r -N 1 -u 3 _
[ "$(count)" = $((before + 1)) ] || fail "text was out before its use was recorded"
cat <&3 >/dev/null
exec 3<&-
run 0 remove big

part "export: into files of ours only"
run 0 export exported --format prompt-md tag:words
file=$(find exported -name 'greet*.md')
has "Please greet" "$(cat "$file")"
json 0 'a["written"] == 0 and a["unchanged"] == 1' export exported --format prompt-md tag:words
printf 'mine now\n' >"$file"
json 1 'a["refused"] == 1 and a["notes"]' export exported --format prompt-md tag:words
[ "$(cat "$file")" = "mine now" ] || fail "export wrote over a changed file"
run 2 export exported
run 2 export exported --format nonsense
run 3 export elsewhere --format prompt-md tag:nobodys
json 0 'a["prompts"] >= 12' export all --format csv
[ -z "$(find exported all -perm /077)" ] || fail "exported files are open to others"

part "status and doctor"
json 0 'a["prompts"] >= 12 and a["agent"]["running"] is False and a["library"] == "'"$PROMPTD_HOME"'/data"' status
run 0 status
has "not running" "$out"
if "$promptd" agent >/dev/null 2>&1; then
	json 0 'a["agent"]["running"] and a["agent"]["version"] == a["version"]' status
	run 0 agent --stop
	json 0 'not a["agent"]["running"]' status
	json 4 'not a["running"]' agent --status
fi
mkdir bin
cp "$promptd" bin/promptd
ours=$promptd promptd=$work/bin/promptd
json 1 '[c["result"] for c in a["checks"] if c["check"] == "server"] == ["fail"]' doctor
printf '#!/bin/sh\necho promptd-mcp 0.0.1\n' >bin/promptd-mcp
chmod +x bin/promptd-mcp
run 1 doctor
has 'says it is "promptd-mcp 0.0.1"' "$out"
printf '#!/bin/sh\necho "promptd-mcp %s"\n' "$("$promptd" --version | cut -d" " -f2)" >bin/promptd-mcp
json 0 'all(c["result"] in ("ok", "warn") for c in a["checks"])' doctor
PATH=/usr/bin:/bin run 0 doctor
has "promptd is not in PATH" "$out"
PATH=$work/bin:$PATH run 0 doctor
has "ok   path      $work/bin/promptd-mcp" "$out"
mkdir other && cp bin/promptd-mcp other
PATH=$work/other:$work/bin:$PATH run 0 doctor
has "PATH finds another promptd-mcp first: $work/other/promptd-mcp" "$out"
: >"$PROMPTD_HOME/data/prompts.db.damaged-1"
run 0 doctor
has "was damaged and set aside" "$out"
rm "$PROMPTD_HOME/data/prompts.db.damaged-1"
chmod 755 "$PROMPTD_HOME/data/ledger.db"
run 1 doctor
has "chmod go= '$PROMPTD_HOME/data/ledger.db'" "$out"
chmod 600 "$PROMPTD_HOME/data/ledger.db"
LC_ALL=C run 0 doctor
has "export LANG=C.UTF-8" "$out"
promptd=$ours

part "a wrong setting stops everything but what tells of it"
mkdir -p "$PROMPTD_HOME/config"
printf 'search_limit = 20\ncolour = blue\n' >"$PROMPTD_HOME/config/promptd.conf"
run 1 list
has "promptd.conf:2: there is no setting named colour" "$err"
json 1 '"promptd.conf:2:" in a["error"]' search greet
run 0 help
run 1 doctor
has "promptd.conf:2:" "$out"
rm "$PROMPTD_HOME/config/promptd.conf"

part "hostile text cannot act on a terminal"
mkdir hostile
printf -- '---\ntitle: "Be\\e[2Jware \\e]0;owned\\a\\u202E"\ndescription: "\\e[31mred"\ntags: ["t\\e[1m"]\n---\nText \033[2J with \302\233 31m\n' >hostile/a.prompt.md
printf 'not UTF-8: \377\n' >hostile/$'bad\033[31m\n.prompt.md'
run 1 import hostile
clean() { # no control character but \n, no C1, no bidi override
	LC_ALL=C grep -q $'[\001-\010\013-\037\177]' "$1" && fail "control characters: $(cat -v "$1")"
	LC_ALL=C grep -q $'\302[\200-\237]\|\342\200\256' "$1" && fail "C1 or bidi: $(cat -v "$1")"
}
clean err
clean out
for words in "list" "tags" "search beware" "show a" "render a" "show $(printf '\033[31mx')" \
	"$(printf '\033[31mx')" "list --$(printf '\033[31mx')" "remove $(printf '\033[31mx')"; do
	NO_COLOR=1 on_terminal "$promptd" $words >shown
	tr -d '\t' <shown >shown2
	clean shown2
done
NO_COLOR=1 on_terminal "$promptd" render greet name=@value >shown
clean shown
grep -qF 'A\x1b[31m' shown || fail "a value that acts is not shown escaped: $(cat -v shown)"
json 1 'a["failed"] == 1' import hostile
clean out
run 0 remove a

part "tables fit the terminal, and colours can be left out"
for columns in 40 60 100; do
	NO_COLOR=1 on_terminal --columns $columns "$promptd" list >shown
	python3 -c 'import sys; sys.exit(any(len(l.rstrip("\n")) > int(sys.argv[1]) for l in open("shown")))' $columns ||
		fail "list is wider than $columns columns"
done
on_terminal "$promptd" list | grep -q $'\033\[36m' || fail "no colours on a terminal"
TERM=dumb on_terminal "$promptd" list | grep -q $'\033' && fail "colours on a dumb terminal"

part "Ctrl-C undoes and says so"
mkdir many
for i in $(seq 3000); do printf 'Prompt number %d says this.\n' "$i" >"many/p$i.md"; done
before=$("$promptd" list | wc -l)
on_terminal --stop-at "importing [" "$promptd" import --format prompt-md many >shown
[ $? = 130 ] || fail "Ctrl-C during import: $? $(cat -v shown)"
grep -q "cancelled" shown || fail "Ctrl-C without a word: $(cat -v shown)"
after=$("$promptd" list | wc -l)
[ $(((after - before) % 500)) = 0 ] && [ "$after" -lt $((before + 3000)) ] ||
	fail "Ctrl-C left $((after - before)) of a batch"
on_terminal --stop-at "importing [" "$promptd" import --dry-run --format prompt-md many >shown
[ "$("$promptd" list | wc -l)" = "$after" ] || fail "a dry run that was cancelled changed something"
json 0 'a["created"] + a["unchanged"] == 3000' import --format prompt-md many
mkfifo waiting
( sleep 60 >waiting & echo $! >sleeper; wait )&
# As soon as it has the pipe open, and again as long as it reads on.
python3 - "$promptd" <<-'END' >out 2>err
	import os, signal, subprocess, sys, time
	child = subprocess.Popen([sys.argv[1], "render", "greet", "name=@waiting"])
	place, until = "/proc/%d/fd/" % child.pid, time.monotonic() + 60
	def reads():
	    try:
	        return os.path.realpath("waiting") in [os.path.realpath(place + fd) for fd in os.listdir(place)]
	    except OSError:
	        return False
	while child.poll() is None and time.monotonic() < until:
	    if reads():
	        child.send_signal(signal.SIGINT)
	    time.sleep(0.05)
	child.kill()
	sys.exit(child.wait())
END
[ $? = 130 ] || fail "SIGINT while reading: $?: $(cat err)"
grep -q cancelled err || fail "SIGINT while reading, without a word: $(cat err)"
kill "$(cat sleeper)"

part "a reader that leaves early is no fault, a full disk is"
"$promptd" list 2>err | head -1 >out
[ "${PIPESTATUS[*]}" = "0 0" ] && [ ! -s err ] || fail "promptd list | head: $(cat err)"
"$promptd" list >/dev/full 2>err && fail "a full disk went unnoticed"
has "cannot write the answer" "$(cat err)"

part "a library of a newer program is read, and not written"
format() {
	python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db: db.execute("pragma user_version = " + sys.argv[2])' \
		"$PROMPTD_HOME/data/prompts.db" "$1"
}
known=$("$promptd" status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["prompts_format"])')
pending=$("$promptd" status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["usage_pending"])')
format 99
run 0 render greet name=Ada
has "newer promptd" "$err"
has "Please greet Ada" "$out"
run 0 rate greet 4
json 0 "a['usage_pending'] == $pending + 2" status # what is used is recorded all the same
json 0 'a["read_only"] and "newer promptd" in a["warnings"][0]' status
json 1 '"can only be read" in a["error"]' import prompts
json 1 '"can only be read" in a["error"]' remove greet
format "$known"
ledger=$PROMPTD_HOME/data/ledger.db
known=$(python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    print(db.execute("pragma user_version").fetchone()[0])
    db.execute("pragma user_version = 99")' "$ledger")
run 0 render greet name=Ada # and what cannot be recorded is told
has "this use was not recorded" "$err"
json 0 'any("uses are not recorded" in c["message"] for c in a["checks"])' doctor
python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db: db.execute("pragma user_version = " + sys.argv[2])' "$ledger" "$known"
run 0 render greet name=Ada
[ -z "$err" ] || fail "still newer? $err"

part "remove, and it is gone"
run 0 remove "$name"
run 3 remove "$name"
run 3 show "$name"
json 0 'a["created"] == 1' import prompts
run 2 remove "$name@1"

verdict
