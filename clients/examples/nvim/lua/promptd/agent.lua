-- The promptd agent of this user: where it is, and one connection to its unix
-- socket, made when it is first needed and again whenever it has ended. MCP of
-- 2026-07-28, a message a line; callbacks run in the main loop.
local uv = vim.loop
local M = {}

local META = {
	['io.modelcontextprotocol/protocolVersion'] = '2026-07-28',
	['io.modelcontextprotocol/clientInfo'] = { name = 'neovim', version = tostring(vim.version().major)
		.. '.' .. vim.version().minor .. '.' .. vim.version().patch },
	['io.modelcontextprotocol/clientCapabilities'] = vim.empty_dict(),
}
local ENDED = 'the promptd agent ended'
local WAIT_MS = 10000 -- for an answer
local RETRIES, RETRY_MS = 10, 50 -- after the agent ended
local FRESH_MS = 300000 -- a list is asked for again after that, whatever we heard

local connection -- { pipe, pieces, waiting = { id = callback } }
local connecting -- callbacks of those who wait for it
local last_id = 0
local list -- { prompts, at }: dropped when it changes, and with the connection
local changes = 0 -- heard of so far

-- ── where it is ─────────────────────────────────────────────────────────

local function run_dirs()
	local env, user = uv.os_getenv, '/run/user/' .. uv.getuid()
	local home = env('PROMPTD_HOME')
	if home and home ~= '' then
		return { home .. '/run' }
	end
	local state = env('XDG_STATE_HOME') or (uv.os_homedir() .. '/.local/state')
	return { (env('XDG_RUNTIME_DIR') or user) .. '/promptd', user .. '/promptd', state .. '/promptd/run' }
end

local function read_file(path)
	local fd = uv.fs_open(path, 'r', 0)
	local text = fd and uv.fs_read(fd, 65536, 0)
	if fd then
		uv.fs_close(fd)
	end
	return text or ''
end

local function is_private(path)
	local stat = uv.fs_lstat(path)
	return stat and stat.type == 'file' and stat.uid == uv.getuid() and stat.mode % 64 == 0
end

-- Field 22 of /proc/PID/stat; nil when the process has ended (state Z).
local function start_of(pid)
	local stat = read_file(('/proc/%d/stat'):format(pid))
	local fields = vim.split(stat:match('.*%) (.*)') or 'X', ' ')
	return not fields[1]:find('[ZX]') and tonumber(fields[20]) or nil
end

-- What agent.json says: the file is ours alone, and its process is the one it names,
-- for one that was killed leaves it behind.
function M.find()
	for _, dir in ipairs(run_dirs()) do
		local path = dir .. '/agent.json'
		local ok, found = pcall(vim.json.decode, is_private(path) and read_file(path) or '')
		if ok and type(found) == 'table' and type(found.pid) == 'number'
			and type(found.socket) == 'string' and start_of(found.pid) == found.start then
			return found
		end
	end
	return nil
end

-- ── the connection ──────────────────────────────────────────────────────

local function disconnect(which, message)
	if connection == which then
		connection, list, changes = nil, nil, changes + 1
	end
	if not which.pipe:is_closing() then
		which.pipe:close()
	end
	for id, callback in pairs(which.waiting) do
		which.waiting[id] = nil
		callback({ message = message, ended = message == ENDED })
	end
end

local function take(which, message)
	local callback = message.id and which.waiting[message.id]
	if message.method == 'notifications/prompts/list_changed' then
		list, changes = nil, changes + 1
	elseif callback then
		which.waiting[message.id] = nil
		callback(message.error, message.result)
	elseif message.error and message.id == nil then
		-- A request that could not even be read has no id: too large, not UTF-8.
		disconnect(which, message.error.message)
	end
end

local function on_read(which, err, chunk)
	if err or not chunk then
		vim.schedule(function() disconnect(which, ENDED) end)
		return
	end
	table.insert(which.pieces, chunk)
	if not chunk:find('\n', 1, true) then
		return
	end
	local lines = vim.split(table.concat(which.pieces), '\n', { plain = true })
	which.pieces = { table.remove(lines) }
	vim.schedule(function()
		for _, line in ipairs(lines) do
			local ok, message = pcall(vim.json.decode, line)
			if ok and type(message) == 'table' then
				take(which, message)
			end
		end
	end)
end

local function write(which, method, params, callback)
	last_id = last_id + 1
	local id = last_id
	local message = { jsonrpc = '2.0', id = id, method = method }
	message.params = vim.tbl_extend('force', params, { _meta = META })
	local ok, text = pcall(vim.json.encode, message)
	if not ok then
		return callback({ message = text })
	end
	which.waiting[id] = callback
	which.pipe:write(text .. '\n', function(err)
		if err then
			vim.schedule(function() disconnect(which, ENDED) end)
		end
	end)
	return id
end

-- The list's changes are wanted; the subscription lives as long as the connection.
local function greet(pipe)
	local new = { pipe = pipe, pieces = {}, waiting = {} }
	connection = new
	pipe:read_start(function(...) on_read(new, ...) end)
	write(new, 'subscriptions/listen', { notifications = { promptsListChanged = true } },
		function() end)
	return new
end

local function connect(callback)
	if connection then
		return callback(nil, connection)
	end
	if connecting then
		return table.insert(connecting, callback)
	end
	local found = M.find()
	if not found then
		return callback({ message = 'no promptd agent runs', no_agent = true })
	end
	connecting = { callback }
	local pipe = uv.new_pipe(false)
	pipe:connect(found.socket, vim.schedule_wrap(function(err)
		local callbacks, new = connecting, nil
		connecting = nil
		if err then
			pipe:close()
			err = { message = 'no promptd agent listens on ' .. found.socket .. ': ' .. err, no_agent = true }
		else
			new = greet(pipe)
		end
		for _, each in ipairs(callbacks) do
			each(err, new)
		end
	end))
end

-- ── requests ────────────────────────────────────────────────────────────

-- callback(err, result); err has message, and no_agent when none runs. What was asked
-- of an agent that ended meanwhile is asked of the next one; who restarts it takes a
-- moment, and so does one that is killed until it is gone.
function M.request(method, params, callback, tries)
	tries = tries or 0
	local function answered(err, result)
		if err and (err.ended or (err.no_agent and tries > 0)) and tries < RETRIES then
			return vim.defer_fn(function()
				M.request(method, params, callback, tries + 1)
			end, RETRY_MS)
		end
		callback(err, result)
	end
	connect(function(err, which)
		if err then
			return answered(err)
		end
		write(which, method, params, answered)
	end)
end

-- The same for who cannot go on without: result, err.
function M.wait(run, ms)
	local done, err, result
	run(function(...)
		done, err, result = true, ...
	end)
	if not vim.wait(ms or WAIT_MS, function() return done end, 5) then
		return nil, { message = 'the promptd agent does not answer' }
	end
	return result, err
end

local function fetch(cursor, found, since, callback)
	M.request('prompts/list', { cursor = cursor }, function(err, result)
		if err then
			return callback(err)
		end
		vim.list_extend(found, result.prompts)
		if result.nextCursor then
			return fetch(result.nextCursor, found, since, callback)
		end
		if changes == since then
			list = { prompts = found, at = uv.now() }
		end
		callback(nil, found)
	end)
end

-- All prompts in order of name, as prompts/list gives them.
function M.prompts(callback)
	if list and uv.now() - list.at < FRESH_MS then
		return callback(nil, list.prompts)
	end
	fetch(nil, {}, changes, callback)
end

-- The names of those that fit the words, best first; without words, used most first.
function M.search(words, callback)
	local arguments = { query = words ~= '' and words or nil, limit = 50 }
	M.request('tools/call', { name = 'search_prompts', arguments = arguments }, function(err, result)
		if err or result.isError or not result.structuredContent then
			return callback(err or { message = result.content[1].text })
		end
		callback(nil, vim.tbl_map(function(prompt) return prompt.name end, result.structuredContent.prompts))
	end)
end

-- Values for an argument: its choices, or what was given before.
function M.values(prompt, argument, lead, given, callback)
	local context = next(given) and { arguments = given } or nil
	M.request('completion/complete', {
		ref = { type = 'ref/prompt', name = prompt },
		argument = { name = argument, value = lead },
		context = context,
	}, function(err, result)
		callback(err, not err and result.completion.values or {})
	end)
end

-- The prompt's text, filled in; several messages with an empty line between.
function M.text(prompt, given, callback)
	local arguments = next(given) and given or vim.empty_dict()
	M.request('prompts/get', { name = prompt, arguments = arguments }, function(err, result)
		if err then
			return callback(err)
		end
		local texts = vim.tbl_map(function(message) return message.content.text end, result.messages)
		callback(nil, table.concat(texts, '\n\n'))
	end)
end

-- `promptd agent`, then callback(err).
function M.start(program, callback)
	local said = {}
	local function keep(_, data)
		vim.list_extend(said, data)
	end
	local job = vim.fn.jobstart({ program, 'agent' }, {
		on_stdout = keep,
		on_stderr = keep,
		on_exit = function(_, status)
			local message = vim.trim(table.concat(said, ' '))
			callback(status ~= 0 and { message = message } or nil)
		end,
	})
	if job <= 0 then
		callback({ message = 'cannot run ' .. program })
	end
end

return M
