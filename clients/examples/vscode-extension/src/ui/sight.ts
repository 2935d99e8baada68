/**
 * Which list did the person see? The window names a row by its number, and on the
 * way from there to here the list may have been replaced: what was in the third
 * row when the key was pressed may be another prompt by now.
 */
interface List {
	/** What the rows answer; undefined: nothing was asked yet. */
	readonly query: string | undefined;
	/** undefined: a row that only says something. */
	readonly names: readonly (string | undefined)[];
}

export class Sight {
	private now: List = { query: undefined, names: [] };
	/** Lists that the window may still have shown, the oldest first. */
	private readonly earlier: List[] = [];

	/** To be called when the window shows the list is what is returned. */
	replace(query: string, names: List['names']): () => void {
		this.earlier.push(this.now);
		this.now = { query, names };
		return () => {
			this.earlier.shift();
		};
	}

	/**
	 * Was what is in this row now there in all that may have been seen? Who typed
	 * and did not move means the best, whatever that was.
	 */
	isMeant(row: number): boolean {
		const { query, names } = this.now;
		return this.earlier.every((list) =>
			(row === 0 && list.query !== query) || list.names[row] === names[row]);
	}
}
