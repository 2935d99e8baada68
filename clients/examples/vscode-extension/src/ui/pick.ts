/**
 * Which prompt? A list that the agent searches while one types: it knows the
 * texts, the use, and slips of the pen, so the editor's own filter is kept out.
 */
import * as vscode from 'vscode';
import type { Connection } from '../agent/connection';
import { searchPrompts, type Found, type Prompt } from '../agent/prompts';
import type { Preview } from './preview';
import { messageOf, oneLine, plainLabel } from './text';

/** Between two keys of who types fast. */
const PAUSE_MS = 60;

interface Item extends vscode.QuickPickItem {
	readonly prompt?: Prompt;
}

const SHOW_TEXT: vscode.QuickInputButton = {
	iconPath: new vscode.ThemeIcon('eye'), tooltip: 'Show the text',
};

function itemOf(prompt: Prompt): Item {
	const tags = prompt.tags.map((tag) => `#${tag}`).join(' ');
	const detail = oneLine([prompt.description, tags].filter((text) => text !== '').join('  '));
	return {
		prompt,
		label: plainLabel(oneLine(prompt.title)),
		description: plainLabel(prompt.name),
		...detail === '' ? {} : { detail: plainLabel(detail) },
		alwaysShow: true,
		buttons: [SHOW_TEXT],
	};
}

/** A line that says something and cannot be chosen. */
function remark(label: string): Item {
	return { label, alwaysShow: true };
}

function itemsOf(found: Found, query: string): Item[] {
	const items = found.prompts.map(itemOf);
	if (items.length === 0)
		return [remark(query.trim() === '' ? 'The library is empty' : 'No prompt fits')];
	if (found.more)
		items.push(remark('… and more: type on to narrow it'));
	return items;
}

class Pick {
	private readonly list = vscode.window.createQuickPick<Item>();
	private search: AbortController | undefined;
	private pause: NodeJS.Timeout | undefined;

	constructor(private readonly connection: Connection, private readonly preview: Preview) {
		this.list.title = 'Insert prompt';
		this.list.placeholder = 'Search by title, tag or text';
		this.list.ignoreFocusOut = true;
		this.list.onDidChangeValue(() => {
			clearTimeout(this.pause);
			this.pause = setTimeout(() => void this.fill(), PAUSE_MS);
		});
		this.list.onDidTriggerItemButton(({ item }) => {
			if (item.prompt !== undefined)
				void this.preview.show(item.prompt);
		});
	}

	run(changed: vscode.Event<void>): Promise<Prompt | undefined> {
		const watching = changed(() => void this.fill());
		return new Promise((resolve) => {
			this.list.onDidAccept(() => {
				const [item] = this.list.selectedItems;
				if (item?.prompt === undefined)
					return;
				resolve(item.prompt);
				this.list.hide();
			});
			this.list.onDidHide(() => {
				watching.dispose();
				clearTimeout(this.pause);
				this.search?.abort();
				this.list.dispose();
				resolve(undefined);
			});
			this.list.show();
			void this.fill();
		});
	}

	/** What was asked before is not waited for any more. */
	private async fill(): Promise<void> {
		const query = this.list.value, search = new AbortController();
		this.search?.abort();
		this.search = search;
		this.list.busy = true;
		let items: Item[];
		try {
			const rpc = await this.connection.open();
			items = itemsOf(await searchPrompts(rpc, query, search.signal), query);
		} catch (error) {
			items = [remark(messageOf(error))];
		}
		if (search.signal.aborted)
			return;
		this.list.items = items;
		this.list.busy = false;
	}
}

/** undefined: the person thought better of it. changed: the library is not what it was. */
export function pickPrompt(
	connection: Connection, preview: Preview, changed: vscode.Event<void>,
): Promise<Prompt | undefined> {
	return new Pick(connection, preview).run(changed);
}
