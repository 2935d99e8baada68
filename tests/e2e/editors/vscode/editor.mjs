// VS Code in a browser, as a person at the keyboard drives it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync'];
// It only ends a run that hangs: what is waited for comes when it comes.
const PATIENCE_MS = 60000;
const LOOK_MS = 5000;
const TRIES = 6;

export class Editor {
	static async open({ url, folder, profile, screenshots }) {
		const context = await chromium.launchPersistentContext(profile, {
			executablePath: CHROMIUM, headless: true, args: FLAGS,
			viewport: { width: 1200, height: 760 },
		});
		context.setDefaultTimeout(PATIENCE_MS);
		const [page] = context.pages();
		const editor = new Editor(context, page, folder, screenshots);
		await page.goto(`${url}/?folder=${encodeURIComponent(folder)}`);
		await page.locator('.monaco-workbench').waitFor();
		await editor.status.waitFor();
		return editor;
	}

	constructor(context, page, folder, screenshots) {
		Object.assign(this, { context, page, folder, screenshots });
		this.status = page.locator('.statusbar-item[id^="promptd.promptd"]');
		this.quick = page.locator('.quick-input-widget:not([style*="display: none"])');
		this.box = this.quick.locator('.quick-input-box input');
		this.rows = this.quick.locator('.quick-input-list .monaco-list-row');
		this.notifications = page.locator('.notifications-toasts .notification-list-item');
	}

	close() {
		return this.context.close();
	}

	press(...keys) {
		return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)),
			Promise.resolve());
	}

	async shot(name) {
		await this.page.screenshot({ path: join(this.screenshots, `${name}.png`) });
	}

	/** The box that is on top has this in its title or its placeholder. */
	async asks(text, timeout = PATIENCE_MS) {
		await this.quick.filter({ hasText: text })
			.or(this.quick.filter({ has: this.page.locator(`input[placeholder*="${text}"]`) }))
			.first().waitFor({ timeout });
	}

	/** What starts elsewhere may take the keyboard and close the box: then once more. */
	async command(title) {
		for (let tries = 1; ; tries++) {
			const typed = this.typeCommand(title);
			if (tries === TRIES || await typed.then(() => true, () => false))
				return typed;
		}
	}

	async typeCommand(title) {
		const timeout = PATIENCE_MS / TRIES;
		await this.press('F1');
		await this.asks('Type the name of a command', timeout);
		await this.box.fill(`>${title}`, { timeout });
		await this.rows.filter({ hasText: title }).first().waitFor({ timeout });
		await this.press('Enter');
	}

	async openFile(name) {
		await this.press('Control+p');
		await this.asks('Search files by name');
		await this.box.fill(name);
		await this.rows.filter({ hasText: name }).first().waitFor();
		await this.press('Enter');
		await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
		await this.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
	}

	/** What the file holds once it was saved, byte for byte; asked until it is this. */
	async saves(name, wanted) {
		await this.press('Control+s');
		let text;
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
			text = await readFile(join(this.folder, name), 'utf8');
			if (text === wanted)
				return;
			await this.page.waitForTimeout(50);
		}
		throw new Error(`${name} holds ${JSON.stringify(text)}\nand not ${JSON.stringify(wanted)}`);
	}

	statusSays(text) {
		return this.status.filter({ hasText: text }).waitFor();
	}

	labelled(label) {
		return this.rows.filter({ has: this.page.locator('.label-name', { hasText: label }) });
	}

	/** The row that begins with this label. */
	row(label) {
		return this.labelled(label).first();
	}

	/** Waits until the list has rows that begin with these labels, in this order, and no other. */
	lists(...labels) {
		return this.listsWithin(PATIENCE_MS, ...labels);
	}

	async listsWithin(timeout, ...labels) {
		let list = this.quick;
		for (const [i, label] of [...labels, ''].entries()) {
			const row = this.page.locator(`.monaco-list-row[data-index="${i}"]`, { hasText: label });
			list = list.filter(label === '' ? { hasNot: row } : { has: row });
		}
		await list.waitFor({ timeout });
	}

	async choose(label) {
		await this.row(label).waitFor();
		await this.row(label).click();
	}

	/** The row that begins with this label and has all these words. */
	rowWith(label, ...words) {
		return words.reduce((row, text) => row.filter({ hasText: text }), this.labelled(label))
			.first();
	}

	/**
	 * Opens a list, which is as of then and closes when something else takes the
	 * keyboard, again and again until what is looked for in it is found.
	 */
	async opened(command, find) {
		for (const end = Date.now() + PATIENCE_MS; ;) {
			await this.command(command);
			try {
				return await find(LOOK_MS);
			} catch (error) {
				if (Date.now() > end)
					throw error;
			}
			await this.press('Escape');
		}
	}

	/** To an input box that asks this. */
	async answer(question, text, timeout = PATIENCE_MS) {
		await this.asks(question, timeout);
		await this.box.fill(text, { timeout });
		await this.press('Enter');
	}

	/** A button at the top of the box, by what it says. */
	button(label) {
		return this.quick.getByRole('button', { name: label });
	}

	notification(text) {
		return this.notifications.filter({ hasText: text }).first();
	}
}
