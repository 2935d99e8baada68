-- promptd for Neovim: prompts of the library at the cursor, or over the selection.
local agent = require('promptd.agent')
local ask = require('promptd.ask')
local complete = require('promptd.complete')
local pick = require('promptd.pick')
local place_of = require('promptd.place')
local values = require('promptd.values')
local M = {}

M.options = {
	picker = 'auto', -- 'auto': Telescope where it is; 'select': vim.ui.select always
	ask_optional = true, -- ask for inputs that have a default, too
	program = 'promptd', -- to start the agent with
}

function M.setup(options)
	M.options = vim.tbl_extend('force', M.options, options or {})
	pick.picker = M.options.picker
end

local function tell(err)
	vim.notify('promptd: ' .. err.message, err.cancelled and vim.log.levels.INFO or vim.log.levels.ERROR)
end

-- No agent runs: offer to start it, then do what was to be done.
local function offer_start(err, retry, give_up)
	local program = M.options.program
	if vim.fn.executable(program) == 0 then
		err.message = err.message .. ', and ' .. program .. ' is not in the PATH'
		return give_up(err)
	end
	local yes = ('yes: run `%s agent`'):format(program)
	vim.ui.select({ yes, 'no' }, { prompt = 'No promptd agent runs. Start it?' }, function(choice)
		if choice ~= yes then
			err.message = ('no promptd agent runs; `%s agent` starts it'):format(program)
			return give_up(err)
		end
		agent.start(program, function(failure)
			if failure then
				return give_up(failure)
			end
			retry()
		end)
	end)
end

-- What was typed behind the name: values by name, or nil and why not.
local function given_values(words, place)
	local given = {}
	for _, word in ipairs(words) do
		local name, typed = word:match('^([^=]+)=(.*)$')
		if not name then
			return nil, ('NAME=VALUE is wanted, not "%s"'):format(word)
		end
		local value, why = values.take(typed, place)
		if not value then
			return nil, name .. ': ' .. why
		end
		given[name] = value
	end
	return given
end

local function in_order(prompts, names)
	local by_name, found = {}, {}
	for _, prompt in ipairs(prompts) do
		by_name[prompt.name] = prompt
	end
	for _, name in ipairs(names) do
		table.insert(found, by_name[name])
		by_name[name] = nil
	end
	return found, by_name
end

-- Those that fit the words; without words all of them, the most used first.
local function candidates(prompts, words, callback)
	agent.search(words, function(err, names)
		if err then
			return callback(err)
		end
		local found, rest = in_order(prompts, names)
		for _, prompt in ipairs(words == '' and prompts or {}) do
			if rest[prompt.name] then
				table.insert(found, prompt)
			end
		end
		if #found == 0 then
			local none = words == '' and 'the library is empty; `promptd import` fills it'
				or ('no prompt fits "%s"'):format(words)
			return callback({ message = none })
		end
		callback(nil, found)
	end)
end

-- callback(err, prompt): the one of that name, or the one picked from those that fit.
local function choose(prompts, words, callback)
	local prompt = words ~= '' and complete.find(prompts, words)
	if prompt then
		return callback(nil, prompt)
	end
	candidates(prompts, words, function(err, found)
		if err then
			return callback(err)
		end
		pick.pick(found, function(picked)
			callback(not picked and { message = 'nothing was chosen', cancelled = true } or nil, picked)
		end)
	end)
end

-- Words in front of the first name=value are the prompt's name, or searched for.
local function split(fargs)
	local n = 0
	while fargs[n + 1] and not (n > 0 and fargs[n + 1]:find('=', 1, true)) do
		n = n + 1
	end
	return table.concat(vim.list_slice(fargs, 1, n), ' '), vim.list_slice(fargs, n + 1)
end

-- Pick and ask. request: name, words (name=value), place; done(err, text).
local function attempt(request, done)
	local function asked(prompt)
		return function(err, given)
			if err then
				return done(err)
			end
			agent.text(prompt.name, given, done)
		end
	end
	local function chosen(err, prompt)
		local given, why
		if not err then
			given, why = given_values(request.words, request.place)
		end
		if not given then
			return done(err or { message = why })
		end
		ask.ask(prompt, given, request.place, M.options.ask_optional, asked(prompt))
	end
	agent.prompts(function(err, prompts)
		if err then
			return done(err)
		end
		choose(prompts, request.name, chosen)
	end)
end

-- The same, and again when an agent had to be started first: it may have gone at
-- any step.
local function run(request, done)
	attempt(request, function(err, text)
		if err and err.no_agent then
			return offer_start(err, function() run(request, done) end, done)
		end
		done(err, text)
	end)
end

-- :Prompt. command as nvim_create_user_command() hands it over.
function M.command(command)
	local place, why = place_of.take(command)
	if not place then
		return tell({ message = why })
	end
	local name, words = split(command.fargs)
	run({ name = name, words = words, place = place }, function(err, text)
		if err then
			place_of.forget(place)
			tell(err)
		elseif not place_of.put(place, text) then
			tell({ message = 'the buffer has gone meanwhile' })
		end
	end)
end

-- For mappings and other plugins: as :Prompt with these words.
function M.insert(...)
	M.command({ fargs = { ... }, range = 0, bang = false })
end

-- For other plugins: callback(err, text) of a prompt, filled in; asks nothing.
function M.text(name, given, callback)
	agent.text(name, given or {}, callback)
end

return M
