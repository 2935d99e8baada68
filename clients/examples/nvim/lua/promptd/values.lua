-- What is typed as a value: the text itself, or where it is to be taken from. The
-- same as `promptd render` has it, and two places that only an editor has.
--
--	@selection   what is selected
--	@file        the buffer, saved or not
--	@clipboard   the clipboard, or where there is none what was yanked last
--	@PATH        what that file holds, byte for byte
--	@@TEXT       a value that begins with @
local place_of = require('promptd.place')
local M = {}

M.WORDS = { '@selection', '@file', '@clipboard' }

local function read(path)
	local file, why = io.open(vim.fn.expand(path), 'rb')
	local text = file and file:read('*a')
	if file then
		file:close()
	end
	return text, text and nil or (why or 'cannot read ' .. path)
end

-- The value, or nil and why not.
function M.take(typed, place)
	if typed:sub(1, 2) == '@@' then
		return typed:sub(2)
	elseif typed == '@selection' then
		return place.selection, 'nothing is selected'
	elseif typed == '@file' then
		return place_of.file(place)
	elseif typed == '@clipboard' then
		return (vim.fn.getreg(vim.fn.has('clipboard') == 1 and '+' or '"'):gsub('\n$', ''))
	elseif typed:sub(1, 1) == '@' then
		return read(typed:sub(2))
	end
	return typed
end

return M
