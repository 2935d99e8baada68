vim9script
# Asking for the values that a prompt still wants: choices in a popup, anything else
# with input() and completion.
#
# What is typed is the value itself, or where it is to be taken from, as `promptd
# render` has it:
#	@selection   what is selected
#	@file        the buffer, saved or not
#	@clipboard   the clipboard, or where there is none what was yanked last
#	@PATH        what that file holds
#	@@TEXT       a value that begins with @

import autoload 'promptd/agent.vim'
import autoload 'promptd/pick.vim'
import autoload 'promptd/place.vim' as place_of

export const WORDS = ['@selection', '@file', '@clipboard']
const ESCAPED = "\<C-^>" # typed for Escape, which input() does not tell from nothing
const CANCELLED = 'promptd: cancelled; nothing was changed'

var offered: list<string>

def ReadFile(path: string): string
	const name = expand(path)
	if !filereadable(name)
		throw 'promptd: cannot read ' .. name
	endif
	# The blob keeps the end of the last line, and what is no text for the agent.
	return join(readfile(name, 'b'), "\n")
enddef

export def Value(typed: string, place: dict<any>): string
	if typed =~ '^@@'
		return typed[1 :]
	elseif typed == '@selection'
		if !has_key(place, 'selection')
			throw 'promptd: nothing is selected'
		endif
		return place.selection
	elseif typed == '@file'
		return place_of.File()
	elseif typed == '@clipboard'
		return substitute(getreg(has('clipboard') ? '+' : '"'), '\n$', '', '')
	elseif typed =~ '^@'
		return ReadFile(typed[1 :])
	endif
	return typed
enddef

# What the list says of an input ends with its type: "Language (string; one of: C,
# Rust; default: C)". Only how we ask depends on it.
def IsChoice(input: dict<any>): bool
	return get(input, 'description', '') =~ '(boolean[;)]\|(\a\+; one of: '
enddef

def Label(input: dict<any>): string
	const about = trim(substitute(get(input, 'description', ''), '\_s\+', ' ', 'g'))
	return input.name .. (about != '' ? ' — ' .. about : '')
enddef

export def Matching(texts: list<string>, lead: string): list<string>
	const folded = tolower(lead)
	const first = filter(copy(texts), (_, text) => stridx(tolower(text), folded) == 0)
	const second = filter(copy(texts), (_, text) => stridx(tolower(text), folded) > 0)
	return first + second
enddef

export def CompleteOffered(lead: string, _: string, _: number): list<string>
	return Matching(offered, lead)
enddef

# [what was typed], [] when it was given up.
def Input(label: string, default: string): list<string>
	const before = maparg('<Esc>', 'c', false, true)
	cnoremap <Esc> <C-e><C-u><C-v><C-^><CR>
	var typed: string
	try
		typed = input(label, default, 'customlist,promptd#ask#CompleteOffered')
	catch /^Vim:Interrupt$/
		typed = ESCAPED
	finally
		cunmap <Esc>
		if !empty(before)
			mapset('c', false, before)
		endif
	endtry
	redraw
	return typed == ESCAPED ? [] : [typed]
enddef

# A slip is told while it is made; the agent has the last word.
def Fault(input: dict<any>, value: string): string
	const about = get(input, 'description', '')
	if about =~ '(integer[^()]*)$' && value !~ '^[+-]\?\d\+$'
		return 'promptd: ' .. input.name .. ' must be a whole number'
	elseif about =~ '(number[^()]*)$' && value !~ '^-\?\d\+\(\.\d\+\)\?\([eE][+-]\?\d\+\)\?$'
		return 'promptd: ' .. input.name .. ' must be a number'
	endif
	return ''
enddef

# [what is wrong with it, or '', and the value].
def Taken(input: dict<any>, typed: string, place: dict<any>): list<string>
	if typed == ''
		return ['promptd: ' .. input.name .. ' is needed', '']
	endif
	var failure = ''
	var value = ''
	try
		value = Value(typed, place)
		failure = Fault(input, value)
	catch /^promptd: /
		failure = v:exception
	endtry
	return [failure, value]
enddef

# The value, '' for the default; throws when it was given up.
def AskText(input: dict<any>, place: dict<any>, suggestion: string): string
	var default = suggestion
	while true
		const typed = Input(Label(input) .. ': ', default)
		if empty(typed)
			throw CANCELLED
		elseif typed[0] == '' && !input.required
			return ''
		endif
		const [failure, value] = Taken(input, typed[0], place)
		if failure == ''
			return value
		endif
		echomsg failure
		default = typed[0]
	endwhile
	return ''
enddef

def AskChoice(input: dict<any>, choices: list<string>, OnDone: func(any))
	const first = input.required ? [] : [{text: '(leave it at its default)', value: ''}]
	pick.Pick(Label(input), first + mapnew(choices, (_, c) => ({text: c, value: c})), OnDone)
enddef

# The selection is the first thing to be thought of for the first text that is needed.
def Suggestion(input: dict<any>, state: dict<any>): string
	if !has_key(state.place, 'selection') || state.suggested || !input.required
		return ''
	endif
	state.suggested = true
	return '@selection'
enddef

def Next(state: dict<any>)
	if empty(state.left)
		state.OnDone(state.given)
		return
	endif
	const input: dict<any> = remove(state.left, 0)
	const choices = agent.Values(state.prompt, input.name, '', state.given)
	if IsChoice(input) && !empty(choices)
		AskChoice(input, choices, (value) => {
			Answered(state, input, value)
		})
		return
	endif
	offered = choices + WORDS
	Answered(state, input, AskText(input, state.place, Suggestion(input, state)))
enddef

# In the middle of a popup's callback nobody else is there to say what was thrown.
def Answered(state: dict<any>, input: dict<any>, value: any)
	if type(value) != v:t_string
		state.OnFail(CANCELLED)
		return
	elseif value != ''
		state.given[input.name] = value
	endif
	var failure = ''
	try
		Next(state)
	catch /^promptd: /
		failure = v:exception
	endtry
	if failure != ''
		state.OnFail(failure)
	endif
enddef

# OnDone gets the values by name, OnFail what to say. optional: also ask for what need
# not be given.
export def Ask(prompt: dict<any>, given: dict<string>, place: dict<any>, optional: bool,
		OnDone: func(dict<string>), OnFail: func(string))
	var left = filter(copy(get(prompt, 'arguments', [])),
		(_, input) => !has_key(given, input.name) && (input.required || optional))
	Next({prompt: prompt.name, left: left, given: given, place: place,
		suggested: !empty(given), OnDone: OnDone, OnFail: OnFail})
enddef
