# Made from the table of commands: promptd help --completion bash

# Lines of a command as completions, quoted for the command line.
_promptd_names() {
	local line
	while IFS= read -r line; do
		COMPREPLY+=("$(printf %q "$line")")
	done < <("$@" 2>/dev/null)
}

_promptd_files() {
	local line
	compopt -o filenames 2>/dev/null
	while IFS= read -r line; do
		COMPREPLY+=("$line")
	done < <(compgen "$1" -- "$cur")
}

# KEY=VALUE of the prompt that stands before. Bash takes = for a word of its own.
_promptd_render() {
	local word=$cur
	if [[ $COMP_CWORD -eq 2 ]]; then
		_promptd_names promptd list --names "$cur"
		return
	fi
	if [[ $cur == = ]]; then
		word=$prev= cur=
	elif [[ $prev == = ]]; then
		word=${COMP_WORDS[COMP_CWORD-2]}=$cur
	else
		compopt -o nospace 2>/dev/null
	fi
	_promptd_names promptd render "${COMP_WORDS[2]}" --complete "$word"
}

_promptd() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	# --option=value: bash takes = for a word of its own.
	if [[ $cur == = && $prev == --* ]]; then
		cur=
	elif [[ $prev == = && ${COMP_WORDS[COMP_CWORD-2]} == --* ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	if [[ $COMP_CWORD -eq 1 ]]; then
		COMPREPLY=($(compgen -W "import export search list show render copy tags collections remove init add new edit rename tag history diff blame restore pull push sync-git resolve source publish project favourite login logout whoami sync propose rate stats usage connect disconnect pick desktop agent setup log config status doctor help --help --version" -- "$cur"))
		return
	fi
	case ${COMP_WORDS[1]} in
	import)
		case $prev in
		--format | -f)
			COMPREPLY=($(compgen -W "prompt-md skill claude fabric dotprompt csv gemini github llm espanso langfuse" -- "$cur"))
			return
			;;
		--collection | -c)
			_promptd_names promptd collections --names "$cur"
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--format --collection --replace --starter --dry-run --json --help" -- "$cur"))
		else
			_promptd_files -f
		fi
		;;
	export)
		case $prev in
		--format | -f)
			COMPREPLY=($(compgen -W "prompt-md skill claude fabric dotprompt csv gemini github llm espanso langfuse" -- "$cur"))
			return
			;;
		--tag | -t)
			_promptd_names promptd tags --names "$cur"
			return
			;;
		--collection | -c)
			_promptd_names promptd collections --names "$cur"
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--format --tag --collection --experimental --json --help" -- "$cur"))
		else
			_promptd_files -d
		fi
		;;
	search)
		case $prev in
		--tag | -t)
			_promptd_names promptd tags --names "$cur"
			return
			;;
		--collection | -c)
			_promptd_names promptd collections --names "$cur"
			return
			;;
		--limit | -n)
			:
			return
			;;
		--page | -p)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--tag --collection --limit --page --titles --experimental --json --help" -- "$cur"))
		else
			:
		fi
		;;
	list)
		case $prev in
		--tag | -t)
			_promptd_names promptd tags --names "$cur"
			return
			;;
		--collection | -c)
			_promptd_names promptd collections --names "$cur"
			return
			;;
		--limit | -n)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--tag --collection --limit --favourites --experimental --json --help" -- "$cur"))
		else
			:
		fi
		;;
	show)
		case $prev in
		--role)
			COMPREPLY=($(compgen -W "user system assistant" -- "$cur"))
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--text --role --versions --experimental --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	render)
		case $prev in
		--role)
			COMPREPLY=($(compgen -W "user system assistant" -- "$cur"))
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--role --holes --experimental --json --help" -- "$cur"))
		else
			_promptd_render
		fi
		;;
	copy)
		case $prev in
		--role)
			COMPREPLY=($(compgen -W "user system assistant" -- "$cur"))
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--role --holes --experimental --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	tags)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	collections)
		case $prev in
		--description | -d)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--description --json --help" -- "$cur"))
		else
			_promptd_names promptd collections --names "$cur"
		fi
		;;
	remove)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	init)
		case $prev in
		--clone)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--clone --json --help" -- "$cur"))
		else
			_promptd_files -d
		fi
		;;
	add)
		case $prev in
		--from | -f)
			_promptd_files -f
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--from --json --help" -- "$cur"))
		else
			:
		fi
		;;
	new)
		case $prev in
		--from | -f)
			_promptd_names promptd list --names "$cur"
			return
			;;
		--title | -t)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--from --title --json --help" -- "$cur"))
		else
			:
		fi
		;;
	edit)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	rename)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	tag)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	history)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	diff)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	blame)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	restore)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	pull)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	push)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	sync-git)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	resolve)
		case $prev in
		--from | -f)
			_promptd_files -f
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--ours --theirs --both --from --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	source)
		case $prev in
		--path)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--path --json --help" -- "$cur"))
		else
			:
		fi
		;;
	publish)
		case $prev in
		--collection | -c)
			_promptd_names promptd collections --names "$cur"
			return
			;;
		--client)
			COMPREPLY=($(compgen -W "claude codex copilot gemini opencode" -- "$cur"))
			return
			;;
		--max)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--collection --client --project --max --visible --status --remove --dry-run --json --help" -- "$cur"))
		else
			:
		fi
		;;
	project)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	favourite)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--remove --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	login)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--key --json --help" -- "$cur"))
		else
			:
		fi
		;;
	logout)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	whoami)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	sync)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--now --json --help" -- "$cur"))
		else
			:
		fi
		;;
	propose)
		case $prev in
		--as | -a)
			:
			return
			;;
		--message | -m)
			:
			return
			;;
		--show)
			:
			return
			;;
		--again)
			:
			return
			;;
		--withdraw)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--as --message --list --show --again --withdraw --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	rate)
		case $prev in
		--success | -s)
			COMPREPLY=($(compgen -W "yes no" -- "$cur"))
			return
			;;
		--model | -m)
			:
			return
			;;
		--notes | -n)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--success --model --notes --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	stats)
		case $prev in
		--limit | -n)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--limit --json --help" -- "$cur"))
		else
			_promptd_names promptd list --names "$cur"
		fi
		;;
	usage)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--pending --dead --requeue --send --json --help" -- "$cur"))
		else
			:
		fi
		;;
	connect)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--all --project --status --dry-run --print --json --help" -- "$cur"))
		else
			COMPREPLY=($(compgen -W "codex claude gemini copilot opencode cursor vscode zed claude-desktop" -- "$cur"))
		fi
		;;
	disconnect)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--all --project --dry-run --json --help" -- "$cur"))
		else
			COMPREPLY=($(compgen -W "codex claude gemini copilot opencode cursor vscode zed claude-desktop" -- "$cur"))
		fi
		;;
	pick)
		case $prev in
		--menu)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--menu --json --help" -- "$cur"))
		else
			:
		fi
		;;
	desktop)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--dry-run --install --remove --json --help" -- "$cur"))
		else
			COMPREPLY=($(compgen -W "status why start stop restart run" -- "$cur"))
		fi
		;;
	agent)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--foreground --replace --status --stop --json --help" -- "$cur"))
		else
			:
		fi
		;;
	setup)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--dry-run --remove --json --help" -- "$cur"))
		else
			:
		fi
		;;
	log)
		case $prev in
		--level)
			COMPREPLY=($(compgen -W "error warn info debug" -- "$cur"))
			return
			;;
		--lines | -n)
			:
			return
			;;
		esac
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--follow --library --level --lines --json --help" -- "$cur"))
		else
			:
		fi
		;;
	config)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	status)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	doctor)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			:
		fi
		;;
	help)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --help" -- "$cur"))
		else
			COMPREPLY=($(compgen -W "import export search list show render copy tags collections remove init add new edit rename tag history diff blame restore pull push sync-git resolve source publish project favourite login logout whoami sync propose rate stats usage connect disconnect pick desktop agent setup log config status doctor help" -- "$cur"))
		fi
		;;
	esac
}

complete -F _promptd promptd
