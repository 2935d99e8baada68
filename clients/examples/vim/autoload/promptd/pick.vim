vim9script
# Choosing one of several in a popup: typing narrows, <C-n> and <C-p> or arrows move,
# Enter takes, Escape gives up. `g:promptd_picker = 'list'` asks with inputlist().

var items: list<dict<any>> # { text, value }
var shown: list<dict<any>>
var typed: string
var title: string
var Done: func(any)

def Show(id: number)
	shown = typed == '' ? copy(items) : matchfuzzy(items, typed, {key: 'text'})
	popup_settext(id, empty(shown) ? ['(nothing fits)'] : mapnew(shown, (_, item) => item.text))
	popup_setoptions(id, {title: printf(' %s%s ', title, typed == '' ? '' : ': ' .. typed)})
	Select(id, 1)
enddef

# No keys for it: they would come to OnKey().
def Select(id: number, line: number)
	win_execute(id, ':' .. max([1, min([line, len(shown)])]))
enddef

def Narrow(id: number, text: string): bool
	typed = text
	Show(id)
	return true
enddef

def OnKey(id: number, key: string): bool
	if key == "\<CR>"
		popup_close(id, empty(shown) ? 0 : line('.', id))
	elseif key == "\<Esc>" || key == "\<C-c>"
		popup_close(id, 0)
	elseif key == "\<Down>" || key == "\<C-n>"
		Select(id, line('.', id) + 1)
	elseif key == "\<Up>" || key == "\<C-p>"
		Select(id, line('.', id) - 1)
	elseif key == "\<PageDown>" || key == "\<PageUp>"
		Select(id, line('.', id) + (key == "\<PageDown>" ? 10 : -10))
	elseif key == "\<BS>" || key == "\<C-h>"
		return Narrow(id, substitute(typed, '.$', '', ''))
	elseif key == "\<C-u>"
		return Narrow(id, '')
	elseif strchars(key) == 1 && key =~ '[[:print:]]'
		return Narrow(id, typed .. key)
	endif
	return true
enddef

# Callbacks of popups may not ask: it goes on when Vim waits for keys again.
def OnClose(id: number, line: number)
	const value = line > 0 ? shown[line - 1].value : null
	timer_start(0, (_) => {
		Done(value)
	})
enddef

def PickFromList(OnDone: func(any))
	const lines = mapnew(items, (i, item) => printf('%3d. %s', i + 1, item.text))
	const n = inputlist([title] + lines)
	OnDone(n > 0 && n <= len(items) ? items[n - 1].value : null)
enddef

# OnDone gets the value of the one that was chosen, or null.
export def Pick(what: string, of: list<dict<any>>, OnDone: func(any))
	items = of
	typed = ''
	title = what
	Done = OnDone
	if get(g:, 'promptd_picker', 'popup') == 'list' || !has('popupwin')
		PickFromList(OnDone)
		return
	endif
	const id = popup_create('', {
		filter: OnKey, callback: OnClose, mapping: false, cursorline: true,
		border: [], padding: [0, 1, 0, 1], wrap: false,
		minwidth: 50, maxwidth: &columns - 6, maxheight: &lines / 2,
	})
	Show(id)
	redraw
enddef
