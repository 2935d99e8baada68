vim9script
# Where a prompt's text goes: at the cursor, or over the selection. Lines and columns
# count from 1; the end is the byte behind the last one.

def LineEnd(lnum: number): number
	return strlen(getline(lnum)) + 1
enddef

# The byte behind the character at that column.
def Behind(lnum: number, column: number): number
	const rest = strpart(getline(lnum), column - 1)
	return column + strlen(matchstr(rest, '^.'))
enddef

def Region(kind: string, one: list<number>, other: list<number>): list<number>
	var [from, to] = [one, other]
	if from[0] > to[0] || (from[0] == to[0] && from[1] > to[1])
		[from, to] = [other, one]
	endif
	if kind == 'V'
		return [from[0], 1, to[0], LineEnd(to[0])]
	endif
	const first = min([from[1], LineEnd(from[0])])
	const last = min([to[1], LineEnd(to[0])])
	return [from[0], first, to[0], &selection == 'exclusive' ? last : Behind(to[0], last)]
enddef

def Position(mark: string): list<number>
	return getpos(mark)[1 : 2]
enddef

# A NUL in a line is shown as \n; elsewhere \n is the end of a line.
def Join(lines: list<string>): string
	for line in lines
		if stridx(line, "\n") >= 0
			throw 'promptd: a value holds bytes that are no text'
		endif
	endfor
	return join(lines, "\n")
enddef

def Between(at: list<number>): string
	var lines = getline(at[0], at[2])
	lines[-1] = strpart(lines[-1], 0, at[3] - 1)
	lines[0] = strpart(lines[0], at[1] - 1)
	return Join(lines)
enddef

# What is selected now, or was last, as [kind, from, to]; kind '' for whole lines.
def Selected(range: number, line1: number, line2: number): list<any>
	if mode() =~ "^[vV\<C-v>]"
		const now = [mode(), Position('v'), Position('.')]
		execute "normal! \<Esc>"
		return now
	elseif range == 2 && line1 == line("'<") && line2 == line("'>")
		return [visualmode(), Position("'<"), Position("'>")]
	endif
	return ['V', [line1, 1], [line2, 1]]
enddef

# Taken when the command is given: at is [line, column, line, column behind the last];
# selection only when something is replaced.
export def Take(bang: bool, range: number, line1: number, line2: number): dict<any>
	if !&modifiable
		throw 'promptd: this buffer cannot be changed'
	endif
	if range == 0 && mode() !~ "^[vV\<C-v>]"
		const column = bang && mode() != 'i' ? Behind(line('.'), col('.')) : col('.')
		return {buffer: bufnr(), at: [line('.'), column, line('.'), column]}
	endif
	const [kind, from, to] = Selected(range, line1, line2)
	if kind == "\<C-v>"
		throw 'promptd: a block cannot be replaced; select characters or lines'
	endif
	const at = Region(kind, from, to)
	return {buffer: bufnr(), at: at, selection: Between(at)}
enddef

# The buffer as it is, without the last line's end.
export def File(): string
	return Join(getline(1, '$'))
enddef

# Put it there, as one change, and the cursor behind it.
export def Put(place: dict<any>, text: string)
	if bufnr() != place.buffer
		throw 'promptd: another buffer is here meanwhile'
	endif
	const at: list<number> = place.at
	var lines = split(text, "\n", true)
	const tail = strpart(getline(at[2]), at[3] - 1)
	lines[0] = strpart(getline(at[0]), 0, at[1] - 1) .. lines[0]
	const column = strlen(lines[-1]) + 1
	lines[-1] ..= tail
	if at[2] > at[0]
		deletebufline('%', at[0] + 1, at[2])
	endif
	setline(at[0], lines[0])
	append(at[0], lines[1 :])
	cursor(at[0] + len(lines) - 1, column)
enddef
