if v:version < 900 || exists('g:loaded_promptd')
	finish
endif
vim9script
# Defines :Prompt; everything else is loaded when it is first used.
g:loaded_promptd = true

command -nargs=* -bang -range -complete=customlist,promptd#Complete Prompt
	\ promptd#Command(<bang>0, <range>, <line1>, <line2>, [<f-args>])
