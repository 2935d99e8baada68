-- Run by nvim.sh inside Neovim: what :Prompt does, with the questions answered by
-- functions in the place of vim.ui.select and vim.ui.input.
local work = os.getenv('WORK')
local agent = require('promptd.agent')
require('promptd.complete').wait_ms = 60000 -- a ceiling, not a measurement
local checks = 0

local function say(text)
	io.stderr:write(text .. '\n')
end

local function check(ok, what)
	if not ok then
		error(what, 2)
	end
	checks = checks + 1
end

local function same(got, wanted, what)
	check(vim.deep_equal(got, wanted), ('%s: %s, not %s'):format(what or 'not the same',
		vim.inspect(got), vim.inspect(wanted)))
end

local function read(name)
	local file = assert(io.open(work .. '/' .. name, 'rb'))
	local text = file:read('*a')
	file:close()
	return text
end

local function promptd(...)
	local out = vim.fn.system({ 'promptd', ... })
	check(vim.v.shell_error == 0, out)
	return out
end

-- ── what the person says ────────────────────────────────────────────────

local answers, questions, told = {}, {}, {}

local function next_answer(question)
	table.insert(questions, question)
	check(#answers > 0, 'not expected to be asked: ' .. question)
	return table.remove(answers, 1)
end

vim.ui.select = function(items, options, callback)
	local shown = vim.tbl_map(options.format_item or tostring, items)
	local answer = next_answer(options.prompt .. ' [' .. table.concat(shown, '|') .. ']')
	for i, text in ipairs(shown) do
		if answer and text:find(answer, 1, true) then
			return callback(items[i], i)
		end
	end
	check(answer == false, ('no "%s" to choose in %s'):format(tostring(answer), questions[#questions]))
	callback(nil)
end

vim.ui.input = function(options, callback)
	local answer = next_answer(options.prompt .. (options.default or ''))
	if answer == true then -- Enter
		answer = options.default or ''
	end
	callback(answer or nil)
end

vim.notify = function(text)
	table.insert(told, text)
end

-- The buffer's lines, the cursor, what is answered; then the command, until it is done.
local function buffer(lines, cursor)
	vim.cmd('enew!')
	vim.api.nvim_buf_set_lines(0, 0, -1, true, lines)
	vim.api.nvim_win_set_cursor(0, cursor or { 1, 0 })
	questions, told = {}, {}
end

local function text()
	return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
end

local function do_command(command, given, unchanged)
	answers = given or {}
	local tick = vim.api.nvim_buf_get_changedtick(0)
	if type(command) == 'string' then
		vim.cmd(command)
	else
		command()
	end
	local over = vim.wait(60000, function()
		return vim.api.nvim_buf_get_changedtick(0) ~= tick or #told > 0
	end, 5)
	check(over, 'nothing happened: ' .. tostring(command))
	same(answers, {}, 'answers nobody asked for; said ' .. vim.inspect(told))
	if not unchanged then
		same(told, {}, 'said')
	end
end

local function keys(typed)
	vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(typed, true, false, true), 'xt', false)
end

-- ── tests ───────────────────────────────────────────────────────────────

local tests = {}

local function test(name, run)
	table.insert(tests, { name, run })
end

test('every byte arrives, at the cursor', function()
	buffer({ 'ab' }, { 1, 1 })
	do_command('Prompt notes/odd')
	same(text(), 'a' .. read('odd') .. 'b')
	buffer({ 'é日x' }, { 1, 2 })
	do_command('Prompt! notes/odd')
	same(text(), 'é日' .. read('odd') .. 'x', 'behind the character')
	buffer({ '' })
	do_command('Prompt odd')
	same(text(), read('odd'), 'by the last part of its name')
	same(vim.api.nvim_win_get_cursor(0)[1], #vim.split(read('odd'), '\n'), 'the cursor is behind it')
	vim.cmd('undo')
	same(text(), '', 'one undo takes it away')
end)

test('several messages have an empty line between them', function()
	buffer({ '' })
	do_command('Prompt notes/two-messages')
	same(text(), read('two'))
end)

test('values on the command line are taken as they are', function()
	buffer({ '' })
	do_command([[Prompt notes/greet who=the\ "whole"\ team\ —\ ça\ va?\ \\o/ tone=warm loud=true]])
	same(text(), read('greet'))
end)

test('what is not given is asked for, choices with select', function()
	buffer({ '' })
	do_command('Prompt notes/greet', { 'the "whole" team — ça va? \\o/', 'warm', 'true' })
	same(text(), read('greet'))
	check(questions[1]:find('^who — Whom to greet'), questions[1])
	check(questions[2]:find('default%)|plain|warm|stiff as a board%]$'), questions[2])
	buffer({ '' })
	do_command('Prompt notes/greet', { 'Ada', 'default', 'default' })
	same(text(), read('greet-ada'), 'defaults')
	buffer({ '' })
	require('promptd').setup({ ask_optional = false })
	do_command('Prompt notes/greet', { 'Ada' })
	require('promptd').setup({ ask_optional = true })
	same(text(), read('greet-ada'), 'only what is needed')
end)

test('a value given before is offered again', function()
	do_command('Prompt notes/greet tone=plain loud=false', { 'Ada' })
	check(vim.tbl_contains(require('promptd.ask').complete_input('a'), 'Ada'), 'Ada is not offered')
	check(vim.tbl_contains(require('promptd.ask').complete_input('@'), '@selection'), 'no @selection')
end)

test('cancelling changes nothing', function()
	buffer({ 'as it was' })
	do_command('Prompt notes/greet', { false }, true)
	same(text(), 'as it was')
	check(told[1]:find('cancelled'), told[1])
	buffer({ 'as it was' })
	do_command('Prompt notes/greet', { 'Ada', false }, true)
	same(text(), 'as it was')
	buffer({ 'as it was' })
	do_command('Prompt', { false }, true)
	same(text(), 'as it was')
	same(#vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_get_namespaces().promptd, 0, -1, {}), 0, 'marks')
end)

test('a needed value that is empty is asked for again', function()
	buffer({ '' })
	do_command('Prompt notes/wrap', { '', 'x' }, true)
	check(vim.wait(60000, function() return text() ~= '' end), 'nothing inserted')
	same(text(), 'before\nx\nafter')
	check(told[1]:find('text is needed'), told[1])
end)

test('without a name one is picked, with words one of those that fit', function()
	buffer({ '' })
	do_command('Prompt', { 'notes/two' })
	same(text(), read('two'))
	check(questions[1]:find('notes/greet — Greet somebody', 1, true), questions[1])
	buffer({ '' })
	do_command('Prompt byte arrive', { 'notes/odd' })
	same(text(), read('odd'))
	check(not questions[1]:find('notes/two', 1, true), questions[1])
	buffer({ '' })
	do_command('Prompt xyzzyq', {}, true)
	check(told[1]:find('no prompt fits "xyzzyq"', 1, true), told[1])
end)

test('the selection is replaced, and can be the value', function()
	buffer({ 'one', 'zwei éé', 'three' })
	do_command(function() keys('2GV:Prompt notes/odd<CR>') end)
	same(text(), 'one\n' .. read('odd') .. '\nthree', 'lines')
	buffer({ 'one', 'zwei éé', 'three' })
	do_command(function() keys('2Gwvl:Prompt wrap<CR>') end, { true })
	same(text(), 'one\nzwei before\néé\nafter\nthree', 'characters')
	check(questions[1]:find('@selection$'), questions[1])
	buffer({ 'one', 'zwei éé', 'three' })
	do_command(function() keys('2G$vgg0:Prompt wrap text=@selection<CR>') end)
	same(text(), 'before\none\nzwei éé\nafter\nthree', 'selected backwards')
	buffer({ 'one', 'two', 'three' })
	do_command('2,3Prompt wrap text=@selection')
	same(text(), 'one\nbefore\ntwo\nthree\nafter', 'a range')
	buffer({ 'one', 'two' })
	do_command(function() keys('ggv$<Cmd>Prompt wrap text=@selection<CR>') end)
	same(text(), 'before\none\nafter\ntwo', 'from a mapping, to the end of the line')
	buffer({ 'one', 'two' })
	do_command(function() keys('gg<C-v>jl:Prompt wrap<CR>') end, {}, true)
	check(told[1]:find('block'), told[1])
	same(text(), 'one\ntwo')
end)

test('in insert mode it goes where the cursor is', function()
	buffer({ 'end: ' })
	do_command(function() keys('A<Cmd>Prompt notes/two-messages<CR>') end)
	same(text(), 'end: ' .. read('two'))
end)

test('the file, another file and the clipboard can be the value', function()
	buffer({ 'l1', 'l2 "é"' }, { 2, 0 })
	do_command('Prompt wrap text=@file')
	same(text(), 'l1\nbefore\nl1\nl2 "é"\nafterl2 "é"')
	buffer({ '' })
	do_command('Prompt wrap text=@' .. work .. '/odd')
	same(text(), 'before\n' .. read('odd') .. '\nafter')
	vim.fn.setreg('"', 'yanked\n')
	buffer({ '' })
	do_command('Prompt wrap text=@clipboard')
	same(text(), 'before\nyanked\nafter')
	buffer({ '' })
	do_command('Prompt wrap text=@@home')
	same(text(), 'before\n@home\nafter')
	buffer({ '' })
	do_command('Prompt wrap text=@selection', {}, true)
	check(told[1]:find('text: nothing is selected', 1, true), told[1])
	buffer({ '' })
	do_command('Prompt wrap text=@/no/such/file', {}, true)
	check(told[1]:find('No such file', 1, true), told[1])
end)

test('edits made while a question is open do not misplace it', function()
	buffer({ 'one', 'two' }, { 2, 0 })
	local later
	local input = vim.ui.input
	vim.ui.input = function(_, callback) later = callback end
	vim.cmd('Prompt wrap')
	check(vim.wait(60000, function() return later end), 'not asked')
	vim.ui.input = input
	vim.api.nvim_buf_set_lines(0, 0, 0, true, { 'zero', 'and a half' })
	do_command(function() later('x') end)
	same(text(), 'zero\nand a half\none\nbefore\nx\naftertwo')
end)

test('what the agent refuses is said, and nothing hangs', function()
	buffer({ 'as it was' })
	do_command('Prompt notes/greet who=x loud=maybe tone=plain', {}, true)
	check(told[1]:find("'loud' must be true or false", 1, true), told[1])
	buffer({ 'as it was' })
	do_command(function()
		require('promptd').insert('wrap', 'text=' .. ('x'):rep(1100000))
	end, {}, true)
	check(told[1]:find('too large', 1, true), told[1])
	buffer({ '' })
	vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'bytes \255\254' })
	do_command('Prompt wrap text=@file', {}, true)
	check(#told[1] > 10, told[1])
	same(text(), 'bytes \255\254')
	buffer({ '' })
	do_command('Prompt notes/odd')
	same(text(), read('odd'), 'and it goes on')
	buffer({ 'fixed' })
	vim.bo.modifiable = false
	do_command('Prompt notes/odd', {}, true)
	check(told[1]:find('cannot be changed'), told[1])
end)

-- Telescope's own modules, as far as they are used: what they are called with is
-- what its documentation asks for.
local function with_telescope(choose, run)
	local picker
	local modules = {
		['telescope'] = {},
		['telescope.config'] = { values = { generic_sorter = function() return {} end } },
		['telescope.finders'] = { new_table = function(options) return options end },
		['telescope.previewers'] = { new_buffer_previewer = function(options) return options end },
		['telescope.actions.state'] = { get_selected_entry = function() return picker.selected end },
		['telescope.actions'] = {
			select_default = { replace = function(_, action)
				picker.action = action
			end },
			close = function(buffer) vim.api.nvim_buf_delete(buffer, { force = true }) end,
		},
		['telescope.pickers'] = { new = function(_, options)
			picker = options
			return { find = function()
				local buffer = vim.api.nvim_create_buf(false, true)
				check(options.attach_mappings(buffer), 'attach_mappings')
				vim.schedule(function() choose(picker, buffer) end)
			end }
		end },
	}
	for name, module in pairs(modules) do
		package.loaded[name] = module
	end
	local ok, why = pcall(run)
	for name in pairs(modules) do
		package.loaded[name] = nil
	end
	check(ok, why)
end

test('Telescope is the picker where it is', function()
	with_telescope(function(picker, buffer)
		for _, prompt in ipairs(picker.finder.results) do
			local entry = picker.finder.entry_maker(prompt)
			if prompt.name == 'notes/two-messages' then
				picker.selected = entry
			end
			check(entry.ordinal:find(prompt.title, 1, true), entry.ordinal)
			local preview = { state = { bufnr = vim.api.nvim_create_buf(false, true) } }
			picker.previewer.define_preview(preview, entry)
			same(vim.api.nvim_buf_get_lines(preview.state.bufnr, 0, 1, true)[1], '# ' .. prompt.title)
		end
		picker.action(buffer)
	end, function()
		buffer({ '' })
		do_command('Prompt')
		same(text(), read('two'))
	end)
	with_telescope(function(_, buffer)
		require('telescope.actions').close(buffer)
	end, function()
		buffer({ 'as it was' })
		do_command('Prompt', {}, true)
		check(told[1]:find('nothing was chosen'), told[1])
	end)
end)

test('completion knows names, inputs and values', function()
	local function completed(line)
		return vim.fn.getcompletion(line, 'cmdline')
	end
	same(completed('Prompt no'), { 'notes/greet', 'notes/odd', 'notes/two-messages', 'notes/wrap' })
	same(completed('Prompt gre'), { 'notes/greet' })
	same(completed('Prompt notes/greet '), { 'who=', 'tone=', 'loud=' })
	same(completed('Prompt notes/greet tone=warm l'), { 'loud=' })
	same(completed('Prompt greet tone=s'), { 'tone=stiff\\ as\\ a\\ board' })
	same(completed('%Prompt! wrap text=@s'), { 'text=@selection' })
end)

test('numbers are checked when they are typed', function()
	promptd('import', work .. '/count.prompt.md')
	check(vim.wait(60000, function()
		return #vim.fn.getcompletion('Prompt count', 'cmdline') == 1
	end, 50), 'the new one is not seen')
	buffer({ '' })
	answers = { 'three', '1.5', '3', 'half', '2.5e-1' }
	vim.cmd('Prompt count')
	check(vim.wait(60000, function() return text() ~= '' end), 'nothing inserted')
	same(text(), '3 times 2.5e-1.')
	same(told, { 'promptd: n must be a whole number', 'promptd: n must be a whole number',
		'promptd: f must be a number' })
	promptd('remove', 'count')
	check(vim.wait(60000, function()
		return #vim.fn.getcompletion('Prompt ', 'cmdline') == 4
	end, 50), 'it is still seen')
end)

test('the list follows the library', function()
	same(#vim.fn.getcompletion('Prompt ', 'cmdline'), 4)
	local file = assert(io.open(work .. '/fresh.prompt.md', 'w'))
	file:write('---\ntitle: Fresh\n---\nFresh.\n')
	file:close()
	promptd('import', work .. '/fresh.prompt.md')
	check(vim.wait(60000, function()
		return #vim.fn.getcompletion('Prompt fresh', 'cmdline') == 1
	end, 50), 'the new one is not seen')
	promptd('remove', 'fresh')
end)

test('an agent that was ended or killed and started again is found again', function()
	promptd('agent', '--stop')
	promptd('agent')
	buffer({ '' })
	do_command('Prompt notes/odd')
	same(text(), read('odd'), 'after --stop')
	local pid = agent.find().pid
	vim.loop.kill(pid, 'sigkill')
	check(vim.wait(60000, function() return agent.find() == nil end, 10), 'a killed one is believed')
	promptd('agent')
	buffer({ '' })
	do_command('Prompt notes/greet tone=plain loud=false', { 'Ada' })
	same(text(), read('greet-ada'), 'after kill -9')
end)

-- Stopped, and none of its threads is in the middle of something.
local function stop_for_now(pid)
	vim.loop.kill(pid, 'sigstop')
	check(vim.wait(60000, function()
		for _, task in ipairs(vim.fn.readdir('/proc/' .. pid .. '/task')) do
			local file = io.open(('/proc/%d/task/%s/stat'):format(pid, task))
			if file and not file:read('*a'):find(') T ', 1, true) then
				return false
			end
		end
		return true
	end, 5), 'it does not stop')
end

test('an agent that is killed while it is asked is followed by the next', function()
	buffer({ '' })
	check(agent.wait(agent.prompts), 'no list')
	local pid, restarted = agent.find().pid, false
	stop_for_now(pid)
	vim.defer_fn(function()
		vim.loop.kill(pid, 'sigkill')
		check(vim.wait(60000, function() return agent.find() == nil end, 10), 'not dead')
		promptd('agent')
		restarted = true
	end, 200)
	do_command('Prompt notes/two-messages')
	same(text(), read('two'))
	check(restarted, 'answered by one that was stopped')
end)

test('without an agent it says so and offers to start it', function()
	promptd('agent', '--stop')
	buffer({ 'as it was' })
	do_command('Prompt notes/odd', { 'no' }, true)
	check(questions[1]:find('No promptd agent runs. Start it?', 1, true), questions[1])
	check(told[1]:find('no promptd agent runs; `promptd agent` starts it', 1, true), told[1])
	same(text(), 'as it was')
	same(vim.fn.getcompletion('Prompt ', 'cmdline'), {}, 'completion is silent')
	require('promptd').setup({ program = 'no-such-promptd' })
	buffer({ '' })
	do_command('Prompt notes/odd', {}, true)
	check(told[1]:find('no-such-promptd is not in the PATH', 1, true), told[1])
	require('promptd').setup({ program = 'promptd' })
	buffer({ '' })
	do_command('Prompt notes/odd', { 'yes' })
	same(text(), read('odd'), 'started')
end)

test('stale and foreign files are not taken for an agent', function()
	promptd('agent', '--stop')
	local path = os.getenv('PROMPTD_HOME') .. '/run/agent.json'
	local function write(json)
		local file = assert(io.open(path, 'w'))
		file:write(json)
		file:close()
		vim.loop.fs_chmod(path, 384)
	end
	for _, json in ipairs({ ('{"pid":%d,"start":1,"socket":"/nowhere"}'):format(vim.fn.getpid()),
		'{"pid":', '[]', '{"pid":"1","start":"1"}', 'null' }) do
		write(json)
		same(agent.find(), nil, json)
	end
	os.remove(path)
	promptd('agent')
	check(agent.find(), 'the real one')
	vim.loop.fs_chmod(path, 420)
	same(agent.find(), nil, 'open to others')
	vim.loop.fs_chmod(path, 384)
	check(agent.find(), 'the real one')
end)

-- ── the run ─────────────────────────────────────────────────────────────

local failed = 0
for _, each in ipairs(tests) do
	local ok, why = xpcall(each[2], debug.traceback)
	say((ok and 'ok ' or 'FAILED ') .. each[1] .. (ok and '' or ': ' .. why))
	failed = failed + (ok and 0 or 1)
end
say(('%d tests, %d checks, %d failed'):format(#tests, checks, failed))
vim.cmd(failed > 0 and 'cquit! 1' or 'qall!')
