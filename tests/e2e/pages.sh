#!/bin/bash
# The man pages and completions that are checked in are what the table of commands
# says, and are well formed.
#
#	pages.sh PROMPTD            compare
#	pages.sh PROMPTD --write    write them anew
set -uo pipefail
. "$(dirname "$0")/story.sh"
promptd=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit

page() { # FILE WORDS...
	local file=$1
	shift
	if [ "$write" = --write ]; then
		mkdir -p "$(dirname "$file")"
		"$promptd" help "$@" >"$file"
	else
		"$promptd" help "$@" | diff -u "$file" - ||
			fail "$file is not what promptd help $* says: tests/e2e/pages.sh PROMPTD --write"
	fi
}

write=${2:-}
page docs/man/promptd.1 --man
page packaging/completions/promptd.bash --completion bash
page packaging/completions/_promptd --completion zsh
page packaging/completions/promptd.fish --completion fish

hub=$(dirname "$promptd")/promptd-hub
if [ -x "$hub" ]; then
	if [ "$write" = --write ]; then
		"$hub" --man >docs/man/promptd-hub.1
	else
		"$hub" --man | diff -u docs/man/promptd-hub.1 - ||
			fail "promptd-hub.1 is not what promptd-hub --man says: tests/e2e/pages.sh PROMPTD --write"
	fi
	! grep '^\.Dl.*"' docs/man/promptd-hub.1 || fail "promptd-hub.1: a quote that mdoc eats"
	# Every command of the help stands in the page, and every option of each.
	while read -r command; do
		grep -q "^\.Ss $command\$" docs/man/promptd-hub.1 || fail "promptd-hub.1 has no $command"
		page=$(sed '/^\.Ss/,$d' docs/man/promptd-hub.1
			awk -v c=".Ss $command" '$0 == c { on = 1; next } /^\.S[sh]/ { on = 0 } on' \
				docs/man/promptd-hub.1)
		# shellcheck disable=SC2086
		for option in $("$hub" $command --help | grep -oE '^  --[a-z-]+'); do
			[[ $page == *"Fl \\-${option#--}"* ]] || fail "promptd-hub.1: $command has no $option"
		done
	done < <("$hub" --help | sed -n '/^commands$/,/^$/s/^  \(.\{20\}\).*/\1/p' | sed 's/ *$//')
fi

# What checks them may be absent; the comparison above is not.
have() {
	command -v "$1" >/dev/null || { echo "not here, so not asked: $1"; return 1; }
}
if have mandoc; then
	for page in docs/man/*.1; do
		mandoc -Tlint -Wwarning "$page" || fail "$page"
	done
fi
! have zsh || zsh -n packaging/completions/_promptd || fail "zsh"
! have fish || fish --no-execute packaging/completions/promptd.fish || fail "fish"
bash -n packaging/completions/promptd.bash || fail "bash"

# Every command stands in the page, every option of the server in its own.
for command in $("$promptd" help --json | python3 -c '
import json, sys
print(*(c["name"] for c in json.load(sys.stdin)["commands"]))'); do
	grep -q "^\.Ss $command\$" docs/man/promptd.1 || fail "promptd.1 has no $command"
done
server=$(dirname "$promptd")/promptd-mcp
if [ -x "$server" ]; then
	diff <("$server" --help | grep -o -- '--[a-z-]*' | sort -u) \
		<(grep -o 'Fl \(h , \)\?\\-[a-z-]*' docs/man/promptd-mcp.1 | sed 's/.*\\-/--/' | sort -u) ||
		fail "promptd-mcp.1 and promptd-mcp --help have other options"
fi

# complete WORDS...: what bash offers for the last word, a line.
export PROMPTD_HOME
PROMPTD_HOME=$(mktemp -d "${TMPDIR:-/tmp}/promptd-pages.XXXXXX")
trap 'rm -rf "$PROMPTD_HOME"' EXIT
mkdir "$PROMPTD_HOME/bin"
ln -s "$promptd" "$PROMPTD_HOME/bin/promptd"
export PATH=$PROMPTD_HOME/bin:$PATH
"$promptd" import --starter >/dev/null || fail "import --starter"
cat >"$PROMPTD_HOME/odd.prompt.md" <<'END'
---
title: Odd
tags: ["$(touch gotcha)"]
---
Text
END
"$promptd" import "$PROMPTD_HOME/odd.prompt.md" >/dev/null || fail "import odd"

complete_bash() {
	bash --norc -c '
		source packaging/completions/promptd.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_promptd 2>/dev/null
		echo "${COMPREPLY[*]}"' bash "$@"
}

offers() { # WANTED WORDS...
	local wanted=$1 got
	shift
	got=$(complete_bash "$@")
	[ "$got" = "$wanted" ] || fail "bash offers for: $*: $got, not: $wanted"
}

offers "search" promptd sea
offers "--limit" promptd list --li
offers "--experimental" promptd show --e
offers "code-review" promptd show code-r
offers "code-review" promptd render code-r
offers "focus=" promptd render code-review fo
offers "security" promptd render code-review focus = sec
offers "correctness security performance readability" promptd render code-review focus =
offers "true false" promptd render code-review strict =
offers "review" promptd list --tag rev
offers "review" promptd list --tag = rev
offers "prompt-md" promptd import --format prompt
complete_bash promptd list --tag '' >/dev/null
complete_bash promptd list --tag '$' | grep -qF '\$\(touch\ gotcha\)' || fail "a tag is not quoted"
[ ! -e gotcha ] || { rm gotcha; fail "a tag was executed"; }

if have fish; then
	got=$(fish --no-config -c '
		source packaging/completions/promptd.fish
		complete -C "promptd render code-review focus=sec"; complete -C "promptd sea"
		complete -C "promptd show code-rev"' | cut -f1 | xargs)
	[ "$got" = "focus=security search code-review" ] || fail "fish offers: $got"
fi

verdict
