-- Choosing one of several prompts: Telescope where it is, else vim.ui.select.
local M = { picker = 'auto' }

local function one_line(text)
	return vim.trim((text or ''):gsub('%s+', ' '))
end

local function format(prompt)
	return prompt.name .. ' — ' .. one_line(prompt.title)
end

-- What the preview shows: all that the list knows, so that looking is not using.
local function about(prompt)
	local lines = { '# ' .. one_line(prompt.title), '', prompt.name, '' }
	if prompt.description then
		vim.list_extend(lines, { one_line(prompt.description), '' })
	end
	for _, argument in ipairs(prompt.arguments or {}) do
		table.insert(lines, ('- **%s**%s %s'):format(argument.name,
			argument.required and ' (needed)' or '', one_line(argument.description)))
	end
	return lines
end

local function telescope(prompts, callback)
	local action_state = require('telescope.actions.state')
	local actions = require('telescope.actions')
	local conf = require('telescope.config').values
	local chosen

	local function entry(prompt)
		return {
			value = prompt,
			display = format(prompt),
			ordinal = format(prompt) .. ' ' .. one_line(prompt.description),
		}
	end
	local function attach(buffer)
		actions.select_default:replace(function()
			local selected = action_state.get_selected_entry()
			chosen = selected and selected.value
			actions.close(buffer)
		end)
		-- However it is closed; and only when its windows are gone.
		vim.api.nvim_create_autocmd({ 'BufUnload', 'BufWipeout' }, { buffer = buffer, callback = function()
			local tell = callback
			callback = function() end
			vim.schedule(function() tell(chosen) end)
		end })
		return true
	end
	require('telescope.pickers').new({}, {
		prompt_title = 'Prompt',
		finder = require('telescope.finders').new_table({ results = prompts, entry_maker = entry }),
		sorter = conf.generic_sorter({}),
		previewer = require('telescope.previewers').new_buffer_previewer({
			title = 'About it',
			define_preview = function(self, selected)
				vim.api.nvim_buf_set_lines(self.state.bufnr, 0, -1, false, about(selected.value))
				vim.bo[self.state.bufnr].filetype = 'markdown'
			end,
		}),
		attach_mappings = attach,
	}):find()
end

-- callback(prompt), nil when none was chosen.
function M.pick(prompts, callback)
	if M.picker == 'auto' and pcall(require, 'telescope') then
		return telescope(prompts, callback)
	end
	vim.ui.select(prompts, { prompt = 'Prompt', kind = 'promptd', format_item = format }, callback)
end

return M
