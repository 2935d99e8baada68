vim9script
# Run by vim.sh inside Vim, on a terminal: what :Prompt does, by the keys that are
# typed for it. Results go to $WORK/results, a line each.

import autoload 'promptd/agent.vim'

g:promptd_timeout = 60 # a ceiling, not a measurement
set nomore noswapfile belloff=all cmdheight=3
var results: list<string> = []
var failed = 0
var checks = 0

def Check(ok: bool, what: string)
	checks += 1
	if !ok
		throw 'test: ' .. what
	endif
enddef

def Same(got: any, wanted: any, what = 'not the same')
	Check(type(got) == type(wanted) && got == wanted,
		printf('%s: %s, not %s', what, string(got), string(wanted)))
enddef

def Wanted(name: string): string
	return join(readfile($WORK .. '/' .. name, 'b'), "\n")
enddef

def Promptd(words: string)
	const out = system('promptd ' .. words)
	Check(v:shell_error == 0, words .. ': ' .. out)
enddef

# Lines and cursor; then keys, as they are typed.
def Buffer(lines: list<string>, line = 1, column = 1)
	enew!
	setline(1, lines)
	cursor(line, column)
	messages clear
enddef

# A legacy function, for what is typed is legacy script.
function Keys(keys)
	call feedkeys(a:keys, 'xt')
	sleep 50m " what goes on when Vim waits for keys again
endfunction

def Text(): string
	return join(getline(1, '$'), "\n")
enddef

def Said(): string
	return execute('messages')
enddef

def WaitFor(Ready: func(): bool, what: string)
	for _ in range(1200)
		if Ready()
			return
		endif
		sleep 50m
	endfor
	throw 'test: waited in vain: ' .. what
enddef

# ── tests ───────────────────────────────────────────────────────────────

def EveryByteArrivesAtTheCursor()
	Buffer(['ab'], 1, 2)
	Keys(":Prompt notes/odd\<CR>")
	Same(Text(), 'a' .. Wanted('odd') .. 'b')
	Buffer(['é日x'], 1, 3)
	Keys(":Prompt! notes/odd\<CR>")
	Same(Text(), 'é日' .. Wanted('odd') .. 'x', 'behind the character')
	Buffer([''])
	Keys(":Prompt odd\<CR>")
	Same(Text(), Wanted('odd'), 'by the last part of its name')
	Same(line('.'), line('$'), 'the cursor is behind it')
	undo
	Same(Text(), '', 'one undo takes it away')
	Keys(":Prompt notes/two-messages\<CR>")
	Same(Text(), Wanted('two'))
enddef

def ValuesOnTheCommandLineAreTakenAsTheyAre()
	Buffer([''])
	Keys(':Prompt notes/greet who=the\ "whole"\ team\ —\ ça\ va?\ \\o/ tone=warm loud=true' .. "\<CR>")
	Same(Text(), Wanted('greet'))
enddef

def WhatIsNotGivenIsAskedFor()
	Buffer([''])
	Keys(":Prompt notes/greet\<CR>the \"whole\" team — ça va? \\o/\<CR>")
	Keys("warm\<CR>")
	Keys("\<Down>\<CR>")
	Same(Text(), Wanted('greet'))
	Buffer([''])
	Keys(":Prompt notes/greet\<CR>Ada\<CR>")
	Keys("\<CR>")
	Keys("\<C-n>\<C-p>\<CR>")
	Same(Text(), Wanted('greet-ada'), 'defaults')
	Buffer([''])
	g:promptd_ask_optional = false
	Keys(":Prompt notes/greet\<CR>Ad\<Tab>\<CR>")
	g:promptd_ask_optional = true
	Same(Text(), Wanted('greet-ada'), 'what was given before is completed')
enddef

def CancellingChangesNothing()
	Buffer(['as it was'])
	Keys(":Prompt notes/greet\<CR>half\<Esc>")
	Same(Text(), 'as it was')
	Check(Said() =~ 'cancelled', Said())
	Same(maparg('<Esc>', 'c'), '', 'Escape is what it was')
	Buffer(['as it was'])
	Keys(":Prompt notes/greet\<CR>Ada\<CR>")
	Keys("\<Esc>")
	Same(Text(), 'as it was')
	Check(Said() =~ 'cancelled', Said())
	Buffer(['as it was'])
	Keys(":Prompt\<CR>")
	Keys("\<Esc>")
	Same(Text(), 'as it was')
enddef

def NeededValuesAreAskedForAgain()
	Buffer([''])
	Keys(":Prompt notes/wrap\<CR>\<CR>@selection\<CR>\<C-u>x\<CR>")
	Same(Text(), "before\nx\nafter")
	Check(Said() =~ 'text is needed', Said())
	Check(Said() =~ 'nothing is selected', Said())
enddef

def OneIsPickedByTyping()
	Buffer([''])
	Keys(":Prompt\<CR>")
	Keys("xx\<C-u>twox\<BS>\<CR>")
	Same(Text(), Wanted('two'))
	Buffer([''])
	Keys(":Prompt byte arrive\<CR>")
	Keys("\<CR>")
	Same(Text(), Wanted('odd'))
	Buffer([''])
	Keys(":Prompt xyzzyq\<CR>")
	Check(Said() =~ 'no prompt fits "xyzzyq"', Said())
	Buffer([''])
	g:promptd_picker = 'list'
	Keys(":Prompt byte arrive\<CR>1\<CR>")
	unlet g:promptd_picker
	Same(Text(), Wanted('odd'), 'from a list')
enddef

def TheSelectionIsReplacedAndCanBeTheValue()
	const lines = ['one', 'zwei éé', 'three']
	Buffer(lines)
	Keys("2GV:Prompt notes/odd\<CR>")
	Same(Text(), "one\n" .. Wanted('odd') .. "\nthree", 'lines')
	Buffer(lines)
	Keys("2Gwvl:Prompt wrap\<CR>\<CR>")
	Same(Text(), "one\nzwei before\néé\nafter\nthree", 'characters; @selection is suggested')
	Buffer(lines)
	Keys("2G$vgg0:Prompt wrap text=@selection\<CR>")
	Same(Text(), "before\none\nzwei éé\nafter\nthree", 'backwards')
	undo
	Same(Text(), join(lines, "\n"), 'one undo')
	Buffer(lines)
	Keys(":2,3Prompt wrap text=@selection\<CR>")
	Same(Text(), "one\nbefore\nzwei éé\nthree\nafter", 'a range')
	Buffer(lines)
	Keys("ggv$\<Cmd>Prompt wrap text=@selection\<CR>")
	Same(Text(), "before\none\nafter\nzwei éé\nthree", 'from a mapping')
	Buffer(lines)
	Keys("gg\<C-v>jl:Prompt wrap\<CR>")
	Same(Text(), join(lines, "\n"))
	Check(Said() =~ 'block', Said())
	Buffer(['end: '])
	Keys("A\<Cmd>Prompt notes/two-messages\<CR>\<Esc>")
	Same(Text(), 'end: ' .. Wanted('two'), 'in insert mode')
enddef

def ValuesComeFromTheFileAnotherFileAndTheClipboard()
	Buffer(['l1', 'l2 "é"'], 2, 1)
	Keys(":Prompt wrap text=@file\<CR>")
	Same(Text(), "l1\nbefore\nl1\nl2 \"é\"\nafterl2 \"é\"")
	Buffer([''])
	Keys(':Prompt wrap text=@' .. $WORK .. "/odd\<CR>")
	Same(Text(), "before\n" .. Wanted('odd') .. "\nafter")
	setreg('"', "yanked\n")
	Buffer([''])
	Keys(":Prompt wrap text=@clipboard\<CR>")
	Same(Text(), "before\nyanked\nafter")
	Buffer([''])
	Keys(":Prompt wrap text=@@home\<CR>")
	Same(Text(), "before\n@home\nafter")
	Buffer([''])
	Keys(":Prompt wrap text=@/no/such/file\<CR>")
	Check(Said() =~ 'cannot read /no/such/file', Said())
enddef

def WhatTheAgentRefusesIsSaid()
	Buffer(['as it was'])
	Keys(":Prompt notes/greet who=x loud=maybe tone=plain\<CR>")
	Check(Said() =~ "'loud' must be true or false", Said())
	Buffer(['as it was'])
	promptd#InsertHere('wrap', 'text=' .. repeat('x', 1100000))
	Check(Said() =~ 'too large', strpart(Said(), 0, 300))
	Same(Text(), 'as it was')
	Buffer(["NUL \n"])
	Keys(":Prompt wrap text=@file\<CR>")
	Check(Said() =~ 'no text', Said())
	Buffer([''])
	Keys(":Prompt notes/odd\<CR>")
	Same(Text(), Wanted('odd'), 'and it goes on')
	setlocal nomodifiable
	Keys(":Prompt notes/odd\<CR>")
	Check(Said() =~ 'cannot be changed', Said())
enddef

def CompletionKnowsNamesInputsAndValues()
	Same(getcompletion('Prompt no', 'cmdline'),
		['notes/greet', 'notes/odd', 'notes/two-messages', 'notes/wrap'])
	Same(getcompletion('Prompt gre', 'cmdline'), ['notes/greet'])
	Same(getcompletion('Prompt notes/greet ', 'cmdline'), ['who=', 'tone=', 'loud='])
	Same(getcompletion('Prompt notes/greet tone=warm l', 'cmdline'), ['loud='])
	Same(getcompletion('Prompt greet tone=s', 'cmdline'), ['tone=stiff\ as\ a\ board'])
	Same(getcompletion('%Prompt! wrap text=@s', 'cmdline'), ['text=@selection'])
enddef

def NumbersAreCheckedWhenTheyAreTyped()
	Promptd('import ' .. $WORK .. '/count.prompt.md')
	WaitFor(() => len(agent.Prompts()) == 5, 'the new one')
	Buffer([''])
	Keys(":Prompt count\<CR>three\<CR>\<C-u>1.5\<CR>\<C-u>3\<CR>half\<CR>\<C-u>2.5e-1\<CR>")
	Same(Text(), '3 times 2.5e-1.')
	Check(Said() =~ 'n must be a whole number', Said())
	Check(Said() =~ 'f must be a number', Said())
	Promptd('remove count')
	WaitFor(() => len(agent.Prompts()) == 4, 'it has gone')
enddef

def TheListFollowsTheLibrary()
	Same(len(agent.Prompts()), 4)
	writefile(['---', 'title: Fresh', '---', 'Fresh.'], $WORK .. '/fresh.prompt.md')
	Promptd('import ' .. $WORK .. '/fresh.prompt.md')
	WaitFor(() => len(agent.Prompts()) == 5, 'the new one')
	Promptd('remove fresh')
	WaitFor(() => len(agent.Prompts()) == 4, 'the new one has gone')
enddef

def AnAgentThatWasStartedAgainIsFoundAgain()
	Promptd('agent --stop')
	Promptd('agent')
	Buffer([''])
	Keys(":Prompt notes/odd\<CR>")
	Same(Text(), Wanted('odd'), 'after --stop')
	system('kill -9 ' .. agent.Find().pid)
	WaitFor(() => empty(agent.Find()), 'it is dead')
	Promptd('agent')
	Buffer([''])
	Keys(":Prompt notes/greet who=Ada tone=plain loud=false\<CR>")
	Same(Text(), Wanted('greet-ada'), 'after kill -9')
enddef

# None of its threads is in the middle of something.
def AllStopped(pid: number): bool
	for task in readdir('/proc/' .. pid .. '/task')
		if readfile('/proc/' .. pid .. '/task/' .. task .. '/stat')[0] !~ ') T '
			return false
		endif
	endfor
	return true
enddef

def AnAgentThatIsKilledWhileAskedIsFollowedByTheNext()
	Check(!empty(agent.Prompts()), 'no list')
	const pid = agent.Find().pid
	system('kill -STOP ' .. pid)
	WaitFor(() => AllStopped(pid), 'it is stopped')
	# Vim itself waits, so another process does it; and Vim sleeps until the next one
	# is there, for nobody knows how long that takes.
	job_start(['sh', '-c', printf('sleep 0.3; kill -STOP %d; kill -9 %d; '
		.. 'while promptd agent --status; do sleep 0.05; done; promptd agent; kill -CONT %d',
		getpid(), pid, getpid())])
	Buffer([''])
	Keys(":Prompt notes/two-messages\<CR>")
	Same(Text(), Wanted('two'))
	Check(agent.Find().pid != pid, 'answered by one that was stopped')
enddef

def AServerThatIsNotThereIsSaid()
	g:promptd_transport = 'job'
	g:promptd_server = 'no-such-server'
	Promptd('agent --stop')
	Buffer(['as it was'])
	Keys(":Prompt notes/odd\<CR>")
	unlet g:promptd_transport g:promptd_server
	Check(Said() =~ 'no-such-server is not in the PATH', Said())
	Same(Text(), 'as it was')
	Promptd('agent')
enddef

def TheHelpKnowsTheCommand()
	help :Prompt
	Check(getline('.') =~ '\*:Prompt\*', getline('.'))
	close
enddef

def WithoutAnAgentItSaysSoAndOffersToStartIt()
	Promptd('agent --stop')
	Buffer(['as it was'])
	Keys(":Prompt notes/odd\<CR>")
	Keys("no\<CR>")
	Check(Said() =~ 'no promptd agent runs; `promptd agent` starts it', Said())
	Same(Text(), 'as it was')
	Same(getcompletion('Prompt ', 'cmdline'), [], 'completion is silent')
	g:promptd_program = 'no-such-promptd'
	Keys(":Prompt notes/odd\<CR>")
	Check(Said() =~ 'no-such-promptd is not in the PATH', Said())
	unlet g:promptd_program
	Buffer([''])
	Keys(":Prompt notes/odd\<CR>")
	Keys("\<CR>")
	Same(Text(), Wanted('odd'), 'started')
enddef

def StaleAndForeignFilesAreNotTakenForAnAgent()
	Promptd('agent --stop')
	const path = $PROMPTD_HOME .. '/run/agent.json'
	for json in [printf('{"pid":%d,"start":1,"socket":"/nowhere"}', getpid()),
			'{"pid":', '[]', '{"pid":"1","start":"1"}', 'null', '']
		writefile([json], path)
		setfperm(path, 'rw-------')
		Same(agent.Find(), {}, json)
	endfor
	delete(path)
	Promptd('agent')
	Check(!empty(agent.Find()), 'the real one')
	setfperm(path, 'rw-r--r--')
	Same(agent.Find(), {}, 'open to others')
	setfperm(path, 'rw-------')
	Check(!empty(agent.Find()), 'the real one')
enddef

# ── the run ─────────────────────────────────────────────────────────────

const tests = [
	EveryByteArrivesAtTheCursor,
	ValuesOnTheCommandLineAreTakenAsTheyAre,
	WhatIsNotGivenIsAskedFor,
	CancellingChangesNothing,
	NeededValuesAreAskedForAgain,
	OneIsPickedByTyping,
	TheSelectionIsReplacedAndCanBeTheValue,
	ValuesComeFromTheFileAnotherFileAndTheClipboard,
	WhatTheAgentRefusesIsSaid,
	CompletionKnowsNamesInputsAndValues,
	NumbersAreCheckedWhenTheyAreTyped,
	TheListFollowsTheLibrary,
	TheHelpKnowsTheCommand,
	AnAgentThatWasStartedAgainIsFoundAgain,
	AnAgentThatIsKilledWhileAskedIsFollowedByTheNext,
	AServerThatIsNotThereIsSaid,
	WithoutAnAgentItSaysSoAndOffersToStartIt,
	StaleAndForeignFilesAreNotTakenForAnAgent,
]
# Over promptd-mcp there is no agent that could end.
const over_job = get(g:, 'promptd_transport', '') == 'job'
for Test in over_job ? tests[0 : 12] : tests
	const name = substitute(string(Test), '.*_\(\w\+\).*', '\1', '')
	try
		Test()
		add(results, 'ok ' .. name)
	catch
		failed += 1
		add(results, 'FAILED ' .. name .. ': ' .. v:exception .. ' at ' .. v:throwpoint)
	endtry
	writefile(results, $WORK .. '/results')
endfor
add(results, printf('%d tests, %d checks, %d failed', len(results), checks, failed))
writefile(results, $WORK .. '/results')
execute failed > 0 ? 'cquit!' : 'qall!'
