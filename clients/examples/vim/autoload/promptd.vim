vim9script
# promptd for Vim: prompts of the library at the cursor, or over the selection.
#
# g:promptd_ask_optional  false: do not ask for inputs that have a default
# g:promptd_picker        'list': inputlist() instead of a popup
# g:promptd_program       when promptd is not in the PATH
# g:promptd_timeout       seconds to wait for an answer, 10
# g:promptd_transport     'job': start promptd-mcp (g:promptd_server) instead of going
#                         to the agent

import autoload 'promptd/agent.vim'
import autoload 'promptd/ask.vim'
import autoload 'promptd/pick.vim'
import autoload 'promptd/place.vim' as place_of

def Tell(message: string)
	redraw
	if message =~ 'cancelled'
		echomsg message
	else
		echohl ErrorMsg
		echomsg message
		echohl None
	endif
enddef

# ── which prompt ────────────────────────────────────────────────────────

# The one of that name, or whose last part it is; {} for none or several.
def Named(prompts: list<dict<any>>, name: string): dict<any>
	var found: list<dict<any>> = []
	for prompt in prompts
		if prompt.name == name
			return prompt
		elseif strpart(prompt.name, strlen(prompt.name) - strlen(name) - 1) == '/' .. name
			add(found, prompt)
		endif
	endfor
	return len(found) == 1 ? found[0] : {}
enddef

# Those that fit the words; without words all of them, the most used first.
def Candidates(prompts: list<dict<any>>, words: string): list<dict<any>>
	var by_name: dict<dict<any>> = {}
	for prompt in prompts
		by_name[prompt.name] = prompt
	endfor
	var found: list<dict<any>> = []
	for name in agent.Search(words)
		if has_key(by_name, name)
			add(found, remove(by_name, name))
		endif
	endfor
	if words == ''
		extend(found, filter(copy(prompts), (_, prompt) => has_key(by_name, prompt.name)))
	endif
	if empty(found)
		throw words == '' ? 'promptd: the library is empty; `promptd import` fills it'
			: 'promptd: no prompt fits "' .. words .. '"'
	endif
	return found
enddef

def Shown(prompt: dict<any>): string
	return prompt.name .. ' — ' .. trim(substitute(prompt.title, '\_s\+', ' ', 'g'))
enddef

# ── :Prompt ─────────────────────────────────────────────────────────────

# Words in front of the first input=value are the name, or searched for.
def Split(words: list<string>): list<any>
	var n = 0
	while n < len(words) && (n == 0 || stridx(words[n], '=') < 0)
		n += 1
	endwhile
	return [join(words[: n - 1]), n < len(words) ? words[n :] : []]
enddef

def Given(words: list<string>, place: dict<any>): dict<string>
	var given: dict<string> = {}
	for word in words
		const at = stridx(word, '=')
		if at < 1
			throw printf('promptd: INPUT=VALUE is wanted, not "%s"', word)
		endif
		given[strpart(word, 0, at)] = ask.Value(strpart(word, at + 1), place)
	endfor
	return given
enddef

def Insert(prompt: dict<any>, request: dict<any>, given: dict<string>)
	Guarded(request, () => {
		place_of.Put(request.place, agent.Text(prompt.name, given))
	})
enddef

def Fill(prompt: dict<any>, request: dict<any>)
	ask.Ask(prompt, Given(request.words, request.place), request.place,
		get(g:, 'promptd_ask_optional', true),
		(given) => {
			Insert(prompt, request, given)
		}, (why) => {
			Failed(request, why)
		})
enddef

def Picked(prompt: any, request: dict<any>)
	if type(prompt) != v:t_dict
		Tell('promptd: cancelled; nothing was chosen')
	else
		Guarded(request, () => {
			Fill(prompt, request)
		})
	endif
enddef

def Run(request: dict<any>)
	const prompts = agent.Prompts()
	const prompt = request.name != '' ? Named(prompts, request.name) : {}
	if !empty(prompt)
		Fill(prompt, request)
		return
	endif
	const fitting = Candidates(prompts, request.name)
	pick.Pick('Prompt', mapnew(fitting, (_, each) => ({text: Shown(each), value: each})),
		(picked) => {
			Picked(picked, request)
		})
enddef

# What was answered to the offer to start an agent; then do all of it.
def Offered(request: dict<any>, program: string, yes: any)
	if type(yes) != v:t_bool || !yes
		Tell(printf('%s; `%s agent` starts it', agent.NO_AGENT, program))
		return
	endif
	Guarded(request, () => {
		agent.Start(program)
		Run(request)
	})
enddef

# Whatever fails is said, once; but when no agent runs, one can be started.
def Failed(request: dict<any>, why: string)
	const program = get(g:, 'promptd_program', 'promptd')
	if why != agent.NO_AGENT
		Tell(why)
	elseif !executable(program)
		Tell(why .. ', and ' .. program .. ' is not in the PATH')
	else
		pick.Pick('No promptd agent runs. Start it?', [
			{text: printf('yes: run `%s agent`', program), value: true},
			{text: 'no', value: false},
		], (yes) => {
			Offered(request, program, yes)
		})
	endif
enddef

def Guarded(request: dict<any>, Work: func())
	var failure = ''
	try
		Work()
	catch /^promptd: /
		failure = v:exception
	endtry
	if failure != ''
		Failed(request, failure)
	endif
enddef

export def Command(bang: bool, range: number, line1: number, line2: number, words: list<string>)
	try
		const [name, rest] = Split(words)
		const request = {name: name, words: rest,
			place: place_of.Take(bang, range, line1, line2)}
		Guarded(request, () => {
			Run(request)
		})
	catch /^promptd: /
		Tell(v:exception)
	endtry
enddef

# For mappings and other plugins: as :Prompt with these words.
export def InsertHere(...words: list<string>)
	Command(false, 0, 0, 0, words)
enddef

# For other plugins: a prompt's text, filled in; asks nothing, throws what fails.
export def Text(name: string, given: dict<string> = {}): string
	return agent.Text(name, given)
enddef

# ── completion ──────────────────────────────────────────────────────────

def Escape(text: string): string
	return escape(text, ' \')
enddef

def CompleteValue(prompt: dict<any>, lead: string): list<string>
	const at = stridx(lead, '=')
	const [name, value] = [strpart(lead, 0, at), strpart(lead, at + 1)]
	var found = agent.Values(prompt.name, name, substitute(value, '\\\([ \\]\)', '\1', 'g'), {})
	if value =~ '^@\|^$'
		found += ask.Matching(ask.WORDS, value)
	endif
	return mapnew(found, (_, each) => name .. '=' .. Escape(each))
enddef

def CompleteInput(prompt: dict<any>, given: list<string>, lead: string): list<string>
	var names = mapnew(get(prompt, 'arguments', []), (_, input) => input.name .. '=')
	const left = filter(names, (_, name) =>
		empty(filter(copy(given), (_, word) => stridx(word, name) == 0)))
	return ask.Matching(left, lead)
enddef

def Candidate(lead: string, before: list<string>): list<string>
	const prompts = agent.Prompts()
	if empty(before)
		return ask.Matching(mapnew(prompts, (_, prompt) => prompt.name), lead)
	endif
	const prompt = Named(prompts, before[0])
	if empty(prompt)
		return []
	endif
	return lead =~ '=' ? CompleteValue(prompt, lead) : CompleteInput(prompt, before[1 :], lead)
enddef

export def Complete(lead: string, line: string, cursor: number): list<string>
	const before = strpart(line, 0, cursor - strlen(lead))
	try
		return Candidate(lead, split(substitute(before, '^.\{-}Prompt!\?\s*', '', '')))
	catch /^promptd: /
		# said when it is run
	endtry
	return []
enddef
