-- Asking for the values that a prompt still wants: choices with vim.ui.select,
-- anything else with vim.ui.input and completion.
local agent = require('promptd.agent')
local complete = require('promptd.complete')
local values = require('promptd.values')
local M = {}

local CANCELLED = { message = 'cancelled; nothing was changed', cancelled = true }
-- vim.ui.input says nil for an empty text too, in 0.7; this tells them apart.
local ESCAPED = '\27'

local offered = {} -- for the completion of the input under way

function M.complete_input(lead)
	return complete.matching(offered, lead)
end

-- What the list says of an argument ends with its type: "Language (string; one of: C,
-- Rust; default: C)". Only how we ask depends on it.
local function is_choice(argument)
	local about = argument.description or ''
	return (about:find('%(boolean[;)]') or about:find('%(%a+; one of: ')) ~= nil
end

local function label(argument)
	local about = vim.trim((argument.description or ''):gsub('%s+', ' '))
	return argument.name .. (about ~= '' and ' — ' .. about or '')
end

-- callback(typed), '' for none; nil when it was cancelled.
local function input(options, callback)
	local old = vim.fn.has('nvim-0.8') == 0 and debug.getinfo(vim.ui.input, 'S').source:find('vim/ui.lua')
	options.cancelreturn = ESCAPED
	vim.ui.input(options, function(typed)
		if typed == ESCAPED or (typed == nil and not old) then
			return callback(nil)
		end
		callback(typed or '')
	end)
end

-- A slip is told while it is made; the agent has the last word.
local function fault(argument, value)
	local kind = (argument.description or ''):match('%((%a+)[^()]*%)$')
	if kind == 'integer' and not value:find('^[+-]?%d+$') then
		return argument.name .. ' must be a whole number'
	elseif kind == 'number' and not (value:find('^-?%d+[%d.eE+-]*$') and tonumber(value)) then
		return argument.name .. ' must be a number'
	end
	return nil
end

local function ask_choice(argument, choices, callback)
	local items = vim.list_extend(argument.required and {} or { '' }, choices)
	vim.ui.select(items, {
		prompt = label(argument),
		kind = 'promptd_value',
		format_item = function(item) return item ~= '' and item or '(leave it at its default)' end,
	}, function(item) callback(item) end)
end

local function ask_text(argument, choices, place, default, callback)
	offered = vim.list_extend(vim.list_extend({}, choices), values.WORDS)
	input({
		prompt = label(argument) .. ': ',
		default = default,
		completion = "customlist,v:lua.require'promptd.ask'.complete_input",
	}, function(typed)
		if typed == nil or (typed == '' and not argument.required) then
			return callback(typed)
		end
		local value, why = values.take(typed, place)
		if typed == '' then
			value, why = nil, argument.name .. ' is needed'
		elseif value and fault(argument, value) then
			value, why = nil, fault(argument, value)
		end
		if value then
			return callback(typed, value)
		end
		vim.notify('promptd: ' .. why, vim.log.levels.WARN)
		ask_text(argument, choices, place, typed, callback)
	end)
end

-- The selection is the first thing to be thought of for the first text that is needed.
local function suggestion(argument, place, state)
	if not place.selection or state.suggested or not argument.required then
		return nil
	end
	state.suggested = true
	return '@selection'
end

local function ask_next(prompt, place, state, callback)
	local argument = state.left[1]
	if not argument then
		return callback(nil, state.given)
	end
	table.remove(state.left, 1)
	local function answered(typed, value)
		if typed == nil then
			return callback(CANCELLED)
		end
		if typed ~= '' then
			state.given[argument.name] = value or typed
		end
		ask_next(prompt, place, state, callback)
	end
	agent.values(prompt.name, argument.name, '', state.given, function(err, choices)
		if err then
			callback(err)
		elseif is_choice(argument) and #choices > 0 then
			ask_choice(argument, choices, answered)
		else
			ask_text(argument, choices, place, suggestion(argument, place, state), answered)
		end
	end)
end

-- callback(err, values by name). optional: also ask for what need not be given.
function M.ask(prompt, given, place, optional, callback)
	local left = vim.tbl_filter(function(argument)
		return given[argument.name] == nil and (argument.required or optional)
	end, prompt.arguments or {})
	-- What was given on the command line may be the selection already.
	local state = { left = left, given = given, suggested = next(given) ~= nil }
	ask_next(prompt, place, state, callback)
end

return M
