-- Completion of :Prompt: names, then name=value of the prompt's inputs.
local agent = require('promptd.agent')
local values = require('promptd.values')
local M = {}

M.wait_ms = 1000 -- a completion that takes longer offers nothing

local function escape(text)
	return (text:gsub('[\\ ]', '\\%0'))
end

local function unescape(text)
	return (text:gsub('\\([\\ ])', '%1'))
end

-- Those that begin so first, then those that hold it; case does not matter.
function M.matching(texts, lead)
	local first, second = {}, {}
	lead = lead:lower()
	for _, text in ipairs(texts) do
		local at = text:lower():find(lead, 1, true)
		if at == 1 then
			table.insert(first, text)
		elseif at then
			table.insert(second, text)
		end
	end
	return vim.list_extend(first, second)
end

local function list()
	return agent.wait(agent.prompts, M.wait_ms) or {}
end

local function complete_names(lead)
	return M.matching(vim.tbl_map(function(prompt) return prompt.name end, list()), lead)
end

local function complete_inputs(prompt, given, lead)
	local names = {}
	for _, argument in ipairs(prompt.arguments or {}) do
		if not given[argument.name] then
			table.insert(names, argument.name .. '=')
		end
	end
	return M.matching(names, lead)
end

local function complete_values(prompt, name, lead)
	local found = agent.wait(function(callback)
		agent.values(prompt.name, name, unescape(lead), {}, callback)
	end, M.wait_ms) or {}
	if lead == '' or lead:sub(1, 1) == '@' then
		vim.list_extend(found, M.matching(values.WORDS, lead))
	end
	return vim.tbl_map(function(value) return name .. '=' .. escape(value) end, found)
end

-- The words in front of the one under the cursor, without the command itself.
local function words_before(line, cursor, lead)
	local before = line:sub(1, cursor - #lead):gsub('^.-Prompt!?%s*', '')
	return vim.split(vim.trim(before), '%s+', { trimempty = true })
end

function M.complete(lead, line, cursor)
	local before = words_before(line, cursor, lead)
	if #before == 0 then
		return complete_names(lead)
	end
	local prompt = M.find(list(), before[1])
	if not prompt then
		return {}
	end
	local name, value = lead:match('^([^=]+)=(.*)$')
	if name then
		return complete_values(prompt, name, value)
	end
	local given = {}
	for i = 2, #before do
		given[before[i]:match('^[^=]*')] = true
	end
	return complete_inputs(prompt, given, lead)
end

-- The one of that name, or whose last part it is.
function M.find(prompts, name)
	local found
	for _, prompt in ipairs(prompts) do
		if prompt.name == name then
			return prompt
		elseif prompt.name:sub(-#name - 1) == '/' .. name then
			found = found == nil and prompt
		end
	end
	return found or nil
end

return M
