/**
 * Which prompt? A list that the agent searches while one types: it knows the
 * texts and what is used most, so the editor's own filter is kept out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Connection } from '../agent/connection';
import { searchPrompts, type Found, type Prompt } from '../agent/prompts';
import type { Preview } from './preview';
import { Sight } from './sight';
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

/** In the agent's order. What sorts by the label instead is not in the typings. */
function keepOrder(list: vscode.QuickPick<Item>): void {
	(list as { sortByLabel?: boolean }).sortByLabel = false;
}

let lists = 0;

/** Done when the window shows what it was just told to: it answers in the order of telling. */
async function shown(): Promise<void> {
	// What an extension says of a list is sent in the next round of the loop.
	await sleep(0);
	await vscode.commands.executeCommand('setContext', 'promptd.lists', ++lists);
}

class Pick {
	private readonly list = vscode.window.createQuickPick<Item>();
	private search: AbortController | undefined;
	private pause: NodeJS.Timeout | undefined;
	/** What the items are the answer to. */
	private answered: string | undefined;
	private readonly sight = new Sight();
	/** Enter was pressed before the answer was there: the best of it is meant. */
	private accepted = false;
	private give: (prompt: Prompt) => void = () => undefined;

	constructor(private readonly connection: Connection, private readonly preview: Preview) {
		this.list.title = 'Insert prompt';
		this.list.placeholder = 'Search by title, tag or text';
		this.list.ignoreFocusOut = true;
		keepOrder(this.list);
		this.list.onDidChangeValue(() => {
			this.accepted = false;
			clearTimeout(this.pause);
			this.pause = setTimeout(() => void this.fill(), PAUSE_MS);
		});
		this.list.onDidTriggerItemButton(({ item }) => {
			if (item.prompt !== undefined && this.isMeant(item))
				void this.preview.show(item.prompt);
		});
	}

	run(changed: vscode.Event<void>): Promise<Prompt | undefined> {
		const watching = changed(() => void this.fill());
		return new Promise((resolve) => {
			this.give = (prompt) => {
				resolve(prompt);
				this.list.hide();
			};
			this.list.onDidAccept(() => {
				this.accept();
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

	private accept(): void {
		this.accepted = this.answered !== this.list.value;
		if (this.accepted)
			return;
		const { selectedItems, activeItems, items } = this.list;
		const item = selectedItems[0] ?? activeItems[0] ?? items[0];
		if (item?.prompt !== undefined && this.isMeant(item))
			this.give(item.prompt);
	}

	private isMeant(item: Item): boolean {
		return this.sight.isMeant(this.list.items.indexOf(item));
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
		this.show(items, query);
		const [best] = items;
		if (this.accepted && best?.prompt !== undefined)
			this.give(best.prompt);
		this.accepted = false;
	}

	/** The same question again (the library changed): the hand stays where it is. */
	private show(items: Item[], query: string): void {
		const active = this.answered === query ? this.list.activeItems[0]?.prompt?.name : undefined;
		this.list.items = items;
		void shown().then(this.sight.replace(query, items.map(({ prompt }) => prompt?.name)));
		this.list.busy = false;
		this.answered = query;
		const same = items.filter(({ prompt }) => prompt !== undefined && prompt.name === active);
		if (same.length > 0)
			this.list.activeItems = same;
	}
}

/** undefined: the person thought better of it. changed: the library is not what it was. */
export function pickPrompt(
	connection: Connection, preview: Preview, changed: vscode.Event<void>,
): Promise<Prompt | undefined> {
	return new Pick(connection, preview).run(changed);
}
