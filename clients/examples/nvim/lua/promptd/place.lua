-- Where a prompt's text goes: at the cursor, or over the selection. Taken when the
-- command is given; followed with marks while questions are asked.
local M = {}

local space = vim.api.nvim_create_namespace('promptd')
local BLOCK = '\22'

-- A NUL in a buffer's line is shown as \n; elsewhere \n is the end of a line.
local function join(lines)
	return table.concat(vim.tbl_map(function(line) return (line:gsub('\n', '\0')) end, lines), '\n')
end

-- Bytes up to and with the character that begins at the 0-based column.
local function behind(line, column)
	if column >= #line then
		return #line
	end
	return column + #vim.fn.strcharpart(line:sub(column + 1), 0, 1)
end

local function line_at(row)
	return vim.api.nvim_buf_get_lines(0, row, row + 1, true)[1]
end

-- from and to are 1-based, as getpos() has them; kind is 'v' or 'V'.
local function region(kind, from, to)
	if from[1] > to[1] or (from[1] == to[1] and from[2] > to[2]) then
		from, to = to, from
	end
	local last = line_at(to[1] - 1)
	if kind == 'V' then
		return { from[1] - 1, 0, to[1] - 1, #last }
	end
	local exclusive = vim.o.selection == 'exclusive'
	local first_column = math.min(from[2] - 1, #line_at(from[1] - 1))
	local last_column = exclusive and math.min(to[2] - 1, #last) or behind(last, to[2] - 1)
	return { from[1] - 1, first_column, to[1] - 1, last_column }
end

local function mark(name)
	local position = vim.fn.getpos(name)
	return { position[2], position[3] }
end

-- The range of `:'<,'>` is what was selected last; any other range is whole lines.
local function of_range(command)
	local from, to = mark("'<"), mark("'>")
	if command.range == 2 and command.line1 == from[1] and command.line2 == to[1] then
		local kind = vim.fn.visualmode()
		return kind, kind ~= BLOCK and region(kind, from, to) or nil
	end
	return 'V', region('V', { command.line1, 1 }, { command.line2, 1 })
end

-- Where the cursor is: bang puts it behind the character under it.
local function at_cursor(bang)
	local row, column = unpack(vim.api.nvim_win_get_cursor(0))
	if bang then
		column = behind(line_at(row - 1), column)
	end
	return { row - 1, column, row - 1, column }
end

-- place, or nil and why not. command as nvim_create_user_command() has it.
function M.take(command)
	if not vim.bo.modifiable then
		return nil, 'this buffer cannot be changed'
	end
	local mode, kind, at = vim.fn.mode(), nil, nil
	if mode:find('[vV\22]') then
		kind = mode
		at = kind ~= BLOCK and region(kind, mark('v'), mark('.')) or nil
		vim.cmd('normal! \27')
	elseif (command.range or 0) > 0 then
		kind, at = of_range(command)
	else
		at = at_cursor(command.bang and mode ~= 'i')
	end
	if kind == BLOCK then
		return nil, 'a block cannot be replaced; select characters or lines'
	end
	local place = { buffer = vim.api.nvim_get_current_buf(), window = vim.api.nvim_get_current_win() }
	if kind then
		place.selection = join(vim.api.nvim_buf_get_text(0, at[1], at[2], at[3], at[4], {}))
	end
	place.mark = vim.api.nvim_buf_set_extmark(0, space, at[1], at[2],
		{ end_row = at[3], end_col = at[4], right_gravity = false, end_right_gravity = true })
	return place
end

-- The buffer as it is now, without the last line's end.
function M.file(place)
	return join(vim.api.nvim_buf_get_lines(place.buffer, 0, -1, true))
end

function M.forget(place)
	if vim.api.nvim_buf_is_valid(place.buffer) then
		vim.api.nvim_buf_del_extmark(place.buffer, space, place.mark)
	end
end

-- Put it there, as one change, and the cursor behind it. False: the buffer has gone.
function M.put(place, text)
	if not vim.api.nvim_buf_is_valid(place.buffer) then
		return false
	end
	local row, column, more = unpack(vim.api.nvim_buf_get_extmark_by_id(
		place.buffer, space, place.mark, { details = true }))
	M.forget(place)
	local lines = vim.split(text, '\n', { plain = true })
	vim.api.nvim_buf_set_text(place.buffer, row, column, more.end_row, more.end_col, lines)
	local window = place.window
	if vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_buf(window) == place.buffer then
		local last = #lines[#lines] + (#lines == 1 and column or 0)
		vim.api.nvim_win_set_cursor(window, { row + #lines, last })
	end
	return true
end

return M
