vim9script
# The promptd agent of this user: where it is, and one connection to its unix socket,
# made when it is first needed and again whenever it has ended. MCP of 2026-07-28, a
# message a line. What fails is thrown, "promptd: " and what to say.

export const NO_AGENT = 'promptd: no promptd agent runs'
const ENDED = 'promptd: the promptd agent ended'
const WAIT_S = 10 # for an answer
const TRIES = 10
const RETRY_MS = 50

const META = {
	'io.modelcontextprotocol/protocolVersion': '2026-07-28',
	'io.modelcontextprotocol/clientInfo': {name: 'vim', version: string(v:versionlong)},
	'io.modelcontextprotocol/clientCapabilities': {},
}

var channel: channel
var connected = false
var job: job
var answers: list<dict<any>> = []
var last_id = 0
var prompts: list<dict<any>> = []
var prompts_known = false
var changes = 0 # of the list, heard of so far

# ── where it is ─────────────────────────────────────────────────────────

def UserId(): string
	for line in readfile('/proc/self/status')
		if line =~ '^Uid:'
			return split(line)[1]
		endif
	endfor
	return ''
enddef

def RunDirs(): list<string>
	if $PROMPTD_HOME != ''
		return [$PROMPTD_HOME .. '/run']
	endif
	const user = '/run/user/' .. UserId()
	const state = $XDG_STATE_HOME != '' ? $XDG_STATE_HOME : $HOME .. '/.local/state'
	const runtime = $XDG_RUNTIME_DIR != '' ? $XDG_RUNTIME_DIR : user
	return [runtime .. '/promptd', user .. '/promptd', state .. '/promptd/run']
enddef

# A file of ours that nobody else can read. Vim does not know whose a file is.
def IsPrivate(path: string): bool
	if getftype(path) != 'file' || getfperm(path) !~ '------$'
		return false
	endif
	return trim(system('stat -c %u -- ' .. shellescape(path))) == UserId()
enddef

# Field 22 of /proc/PID/stat; -1 when the process has ended (state Z).
def StartOf(pid: number): number
	const path = '/proc/' .. pid .. '/stat'
	const fields = filereadable(path)
		? split(substitute(get(readfile(path), 0, ''), '.*) ', '', '')) : []
	return len(fields) > 19 && fields[0] !~ '[ZX]' ? str2nr(fields[19]) : -1
enddef

def ReadAgent(path: string): dict<any>
	var found: any
	var start = -1
	try
		found = json_decode(join(readfile(path), "\n"))
		start = StartOf(found.pid)
	catch
		# half written, or none of ours
	endtry
	return start >= 0 && get(found, 'start', 0) == start
		&& type(get(found, 'socket', 0)) == v:t_string ? found : {}
enddef

# What agent.json says, {} when no agent runs: one that was killed leaves it behind.
export def Find(): dict<any>
	for dir in RunDirs()
		const path = dir .. '/agent.json'
		const found = IsPrivate(path) ? ReadAgent(path) : {}
		if !empty(found)
			return found
		endif
	endfor
	return {}
enddef

# ── the connection ──────────────────────────────────────────────────────

def Take(line: string)
	const message = json_decode(line)
	if has_key(message, 'method')
		if message.method == 'notifications/prompts/list_changed'
			ForgetList()
		endif
	else
		add(answers, message)
	endif
enddef

def ForgetList()
	prompts_known = false
	changes += 1
enddef

def Disconnect()
	connected = false
	ForgetList()
	if ch_status(channel) != 'closed'
		ch_close(channel)
	endif
enddef

# What comes while nobody waits for it.
def OnLine(_: channel, line: string)
	Take(line)
enddef

def OpenJob(options: dict<any>): channel
	const server = get(g:, 'promptd_server', 'promptd-mcp')
	if !executable(server)
		throw 'promptd: ' .. server .. ' is not in the PATH'
	endif
	job = job_start([server], options)
	return job_getchannel(job)
enddef

def Open(): channel
	if !has('channel')
		throw 'promptd: this Vim was built without channels'
	elseif &encoding != 'utf-8'
		throw "promptd: 'encoding' must be utf-8"
	endif
	const options = {mode: 'nl', drop: 'never', callback: OnLine}
	if get(g:, 'promptd_transport', 'socket') == 'job'
		return OpenJob(options)
	endif
	const found = Find()
	if empty(found)
		throw NO_AGENT
	endif
	return ch_open('unix:' .. found.socket, options)
enddef

# Changes of the list are wanted, for as long as the connection lasts.
def Connect()
	if connected && ch_status(channel) == 'open'
		return
	endif
	ForgetList()
	answers = []
	channel = Open()
	if ch_status(channel) != 'open'
		throw NO_AGENT
	endif
	connected = true
	Send('subscriptions/listen', {notifications: {promptsListChanged: true}})
enddef

def Send(method: string, params: dict<any>): number
	last_id += 1
	const message = {jsonrpc: '2.0', id: last_id, method: method,
		params: extend({_meta: META}, params)}
	var sent = false
	try
		ch_sendraw(channel, json_encode(message) .. "\n")
		sent = true
	catch /E630\|E631\|E906/
		# closed, or not to be written to
	endtry
	if !sent
		Disconnect()
		throw ENDED
	endif
	return last_id
enddef

# One without an id tells that a request could not even be read.
def AnswerTo(id: number): dict<any>
	for answer in answers
		if get(answer, 'id', id) == id
			return answer
		endif
	endfor
	return {}
enddef

def Await(id: number): dict<any>
	const began = reltime()
	while true
		const answer = AnswerTo(id)
		if !empty(answer)
			return answer
		endif
		const line = ch_read(channel, {timeout: 200})
		if line != ''
			Take(line)
		elseif ch_status(channel) !~ 'open\|buffered'
			Disconnect()
			throw ENDED
		elseif reltimefloat(reltime(began)) > get(g:, 'promptd_timeout', WAIT_S)
			Disconnect()
			throw 'promptd: the agent does not answer'
		endif
	endwhile
	return {}
enddef

def Ask(method: string, params: dict<any>): dict<any>
	Connect()
	answers = []
	const answer = Await(Send(method, params))
	answers = []
	if has_key(answer, 'error')
		throw 'promptd: ' .. answer.error.message
	endif
	return answer.result
enddef

# What was asked of an agent that ended meanwhile is asked of the next one; who
# restarts it takes a moment, and so does one that is killed until it is gone.
export def Request(method: string, params: dict<any>): dict<any>
	var tries = 0
	while true
		const [failure, result] = Try(method, params)
		if failure == ''
			return result
		elseif tries == TRIES || (failure != ENDED && (failure != NO_AGENT || tries == 0))
			throw failure
		endif
		tries += 1
		execute 'sleep' RETRY_MS .. 'm'
	endwhile
	return {}
enddef

# [what failed, or '', and the result]. Throwing again out of a catch is more than Vim
# 9.0 can always do.
def Try(method: string, params: dict<any>): list<any>
	var failure = ''
	var result: dict<any> = {}
	try
		result = Ask(method, params)
	catch /^promptd: /
		failure = v:exception
	endtry
	return [failure, result]
enddef

# ── prompts ─────────────────────────────────────────────────────────────

# All prompts in order of name, as prompts/list gives them.
export def Prompts(): list<dict<any>>
	Connect()
	Drain()
	if prompts_known
		return prompts
	endif
	const since = changes
	var found: list<dict<any>> = []
	var page: dict<any> = {}
	while empty(page) || has_key(page, 'nextCursor')
		page = Request('prompts/list', empty(page) ? {} : {cursor: page.nextCursor})
		extend(found, page.prompts)
	endwhile
	# What changed meanwhile is fetched again the next time.
	prompts = found
	prompts_known = changes == since || since == 0
	return found
enddef

# What was said since.
def Drain()
	while ch_status(channel) == 'buffered' || ch_canread(channel)
		const line = ch_read(channel, {timeout: 0})
		if line == ''
			break
		endif
		Take(line)
	endwhile
enddef

# The names of those that fit the words, best first; without words, used most first.
export def Search(words: string): list<string>
	const given = extend({limit: 50}, words != '' ? {query: words} : {})
	const result = Request('tools/call', {name: 'search_prompts', arguments: given})
	if get(result, 'isError', false)
		throw 'promptd: ' .. result.content[0].text
	endif
	return mapnew(result.structuredContent.prompts, (_, prompt) => prompt.name)
enddef

# Values for an input: its choices, or what was given before.
export def Values(prompt: string, input: string, lead: string, given: dict<string>): list<string>
	const params = {ref: {type: 'ref/prompt', name: prompt},
		argument: {name: input, value: lead}, context: {arguments: given}}
	return copy(Request('completion/complete', params).completion.values)
enddef

# The prompt's text, filled in; several messages with an empty line between.
export def Text(prompt: string, given: dict<string>): string
	const result = Request('prompts/get', {name: prompt, arguments: given})
	return join(mapnew(result.messages, (_, message) => message.content.text), "\n\n")
enddef

export def Start(program: string)
	const said = system(shellescape(program) .. ' agent')
	if v:shell_error != 0
		throw 'promptd: ' .. trim(said)
	endif
enddef
