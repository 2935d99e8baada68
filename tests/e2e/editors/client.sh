#!/bin/bash
# A small client (clients/examples/node, clients/examples/python) against a real
# agent: lists, gets byte for byte, watches, finds the agent again after it was
# killed, and tells neither strangers nor stale files anything.
#
#	client.sh BIN node|python
set -uo pipefail
# shellcheck source=tests/e2e/editors/agent.sh
. "$(dirname "$0")/agent.sh"
needs python3
case $2 in
node)
	needs node
	client=(node "$clients/node/prompts.mjs")
	;;
python) client=(python3 -B "$clients/python/prompts.py") ;;
esac
transport=()

# run STATUS WORDS...: into $work/out and $work/err.
run() {
	local wanted=$1 got
	shift
	timeout 60 "${client[@]}" "${transport[@]}" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ "$got" = "$wanted" ] || fail "$*: exit $got, not $wanted: $(cat "$work/out" "$work/err")"
	checks=$((checks + 1))
}

no_agent() {
	run 3 list
	has "$work/err" 'no promptd agent runs'
	has "$work/err" 'promptd agent'
	run 3 get notes/odd
}

# agent.json of a process that is another by now, of one open to others, and nonsense.
not_taken_in() {
	local file=$PROMPTD_HOME/run/agent.json
	mkdir -p -m 700 "$PROMPTD_HOME/run"
	printf '{"pid":%d,"start":1,"socket":"/nowhere","port":1,"token":"x"}\n' $$ >"$file"
	chmod 600 "$file"
	no_agent
	printf '{"pid":' >"$file"
	no_agent
	rm "$file"
	agent_start
	chmod 644 "$file"
	no_agent
	chmod 600 "$file"
	run 0 list
	agent_stop
}

lists_and_gets() {
	run 0 list
	printf '%s\t%s\n' notes/greet 'Greet somebody' notes/odd "Odd \"characters\" 'here'" \
		notes/two-messages 'Two messages' notes/wrap 'Wrap a text' >"$work/wanted"
	same 'the list' "$work/out" "$work/wanted"
	run 0 get notes/odd
	same 'the odd one' "$work/out" "$work/odd"
	run 0 get notes/two-messages
	same 'two messages' "$work/out" "$work/two"
	run 0 get notes/greet 'who=the "whole" team — ça va? \o/' tone=warm loud=true
	same 'filled in' "$work/out" "$work/greet"
	run 0 get notes/wrap "text=a=b"$'\n'
	printf 'before\na=b\n\nafter' >"$work/wanted"
	same 'a value with a sign in it' "$work/out" "$work/wanted"
	run 1 get notes/greet
	has "$work/err" 'missing required arguments: who'
	run 1 get notes/nothing
	has "$work/err" 'no prompt is called'
}

# Longer than one read, one frame header of 16 bits, and more than the agent takes.
long_values() {
	head -c 100000 /dev/zero | tr '\0' x >"$work/long"
	run 0 get notes/wrap "text=$(cat "$work/long")"
	{ printf 'before\n'; cat "$work/long"; printf '\nafter'; } >"$work/wanted"
	same 'a long value' "$work/out" "$work/wanted"
}

many_pages() {
	local i
	mkdir -p "$work/many"
	for ((i = 100; i < 350; i++)); do
		printf -- '---\ntitle: Many %d\n---\n%d\n' "$i" "$i" >"$work/many/many-$i.prompt.md"
	done
	promptd import "$work/many" >/dev/null || fail 'import many'
	run 0 list
	[ "$(wc -l <"$work/out")" = "$(promptd list | wc -l)" ] || fail "pages: $(wc -l <"$work/out")"
	checks=$((checks + 1))
}

said() { # WHERE LINE [HOW-OFTEN]
	[ "$(grep -cxF -- "$2" "$work/$1")" -ge "${3:-1}" ]
}

waited() {
	[ "$(grep -c '^waiting: ' "$work/watch.err")" -ge "$1" ]
}

# expect_line LINE [HOW-OFTEN]: the watcher says it, sooner or later.
expect_line() {
	wait_for "$1" said watch.out "$@"
	checks=$((checks + 1))
}

# All that happens while it watches, and while it cannot, is told.
watches() {
	local n watcher
	n=$(promptd list | wc -l)
	timeout 300 "${client[@]}" "${transport[@]}" watch notes/wrap \
		>"$work/watch.out" 2>"$work/watch.err" </dev/null &
	watcher=$!
	expect_line "watching $n prompts"
	import_prompt "first$1" 'One.'
	expect_line "+ notes/first$1"
	sed "s/^after/after $1/" "$here/library/notes/wrap.prompt.md" >"$work/more/notes/wrap.prompt.md"
	promptd import --replace "$work/more" >/dev/null 2>&1 || fail 'import'
	expect_line 'updated notes/wrap'
	agent_kill
	wait_for 'it says that it waits' waited 1
	promptd remove "notes/first$1" >/dev/null || fail 'remove'
	agent_start
	expect_line "- notes/first$1"
	expect_line "watching $n prompts" 2
	agent_stop
	agent_start
	expect_line "watching $n prompts" 3
	import_prompt "second$1" 'Two.'
	expect_line "+ notes/second$1"
	kill "$watcher"
	wait "$watcher"
}

# Into a library that was empty.
first_of_all() {
	local home=$PROMPTD_HOME watcher
	PROMPTD_HOME=$work/empty
	agent_start
	timeout 300 "${client[@]}" watch >"$work/watch.out" 2>"$work/watch.err" </dev/null &
	watcher=$!
	expect_line 'watching 0 prompts'
	import_prompt first 'One.'
	expect_line '+ notes/first'
	kill "$watcher"
	wait "$watcher"
	agent_stop
	PROMPTD_HOME=$home
}

home_make
expectations
no_agent
not_taken_in
for transport in '' --websocket; do
	transport=(${transport:+"$transport"})
	agent_start
	lists_and_gets
	long_values
	agent_stop
	no_agent
done
transport=(--websocket)
"$here/squatter.py" "$PROMPTD_HOME/run" "$work/told" timeout 60 "${client[@]}" --websocket list \
	>"$work/out" 2>&1
[ $? = 1 ] || fail "a squatter is believed: $(cat "$work/out")"
has "$work/out" 'is not the promptd agent'
has "$work/told" 'Sec-WebSocket-Protocol: mcp, proof.'
agent_start
watches -over-websocket
transport=()
watches -over-unix
many_pages
agent_stop
first_of_all
finish
