-- Defines :Prompt; everything else is loaded when it is first used.
if vim.g.loaded_promptd then
	return
end
vim.g.loaded_promptd = true

vim.api.nvim_create_user_command('Prompt', function(command)
	require('promptd').command(command)
end, {
	nargs = '*',
	range = true,
	bang = true,
	desc = 'Insert a prompt, or replace the selection with it',
	complete = function(...)
		return require('promptd.complete').complete(...)
	end,
})
