// The extension in a real VS Code: drive.mjs URL WORK BIN
//
// WORK holds folder/ (what is edited), promptd/ (PROMPTD_HOME) and shots/.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Editor } from './editor.mjs';

const run = promisify(execFile);
const [url, work, bin] = process.argv.slice(2);
const folder = join(work, 'folder');
const promptd = (...words) => run(join(bin, 'promptd'), words);
const file = (name) => readFileSync(join(folder, name), 'utf8');
const body = (name) => readFileSync(join(work, 'library', 'team', `${name}.prompt.md`), 'utf8')
	.replace(/^---\n[^]*?\n---\n/, '').replace(/\n$/, '');

async function agent() {
	const { stdout } = await promptd('agent', '--status', '--json');
	return JSON.parse(stdout);
}

const editor = await Editor.open({
	url, folder, profile: join(work, 'chromium'), screenshots: join(work, 'shots') });

// VS Code's own list of servers says where each is from: this is the extension's.
const OFFERED = 'promptd prompt library';
const { host } = new URL(url);
const portable = join(work, 'portable');
const settings = join(portable, 'user-data', 'User', 'mcp.json');

/** What became of it. Programs called `code` are out of sight: none is this one. */
async function connect(...words) {
	const extra = words.filter((word) => typeof word === 'object');
	const env = Object.assign({ ...process.env, VSCODE_PORTABLE: portable, PATH: '/usr/bin:/bin' },
		...extra);
	const [command, ...options] = words.filter((word) => typeof word === 'string');
	const { stdout } = await run(join(bin, 'promptd'), [command, 'vscode', '--json', ...options],
		{ env, cwd: folder }).catch((error) => error);
	return JSON.parse(stdout).assistants[0].outcome;
}

const SERVERS = 'MCP: List Servers';
const listed = (...words) => editor.opened(SERVERS, (timeout) =>
	editor.rowWith('promptd', ...words).waitFor({ timeout }));

/** It runs then. */
async function start(where) {
	await editor.opened(SERVERS, async (timeout) => {
		await editor.rowWith('promptd', where).click({ timeout });
		await editor.row('Start Server').click({ timeout });
	});
	await listed('Running', where);
}

// The list is the agent's answer when it has these rows and no other.
async function pick(query, ...labels) {
	await editor.command('promptd: Insert prompt');
	await editor.asks('Search by title, tag or text');
	await editor.box.fill(query);
	await editor.lists(...labels);
}

const scenes = {
	'without an agent there is a clear word, and it is started on request': async () => {
		await editor.openFile('notes.txt');
		await editor.statusSays('promptd: no agent');
		await editor.command('promptd: Insert prompt');
		const asked = editor.notification('No promptd agent is running');
		await asked.waitFor();
		await editor.shot('1-no-agent');
		await assert.rejects(agent());
		await asked.getByRole('button', { name: 'Start it' }).click();
		await editor.asks('Search by title, tag or text');
		assert.equal((await agent()).running, true);
		await editor.row('Review a change').waitFor();
		await editor.shot('2-pick');
		await editor.press('Escape');
		await editor.statusSays('promptd');
	},

	'a text comes to the cursor byte for byte': async () => {
		await editor.openFile('notes.txt');
		await editor.press('Control+Home', 'ArrowRight', 'ArrowRight');
		await pick('plain', 'Plain words');
		await editor.press('Enter');
		const text = `be${body('plain')}fore\nafter\n`;
		await editor.saves('notes.txt', text);
		// The cursor is behind it.
		await editor.page.keyboard.type('!');
		await editor.saves('notes.txt', `be${body('plain')}!fore\nafter\n`);
		await editor.shot('3-inserted');
	},

	'words of the text and tags find; nothing in a title is an icon': async () => {
		await pick('refuse doubt', 'Review a change');
		await editor.box.fill('#money');
		await editor.lists('$(trash) Costs $5');
		await editor.shot('4-odd-title');
		await editor.box.fill('no such thing at all');
		await editor.lists('No prompt fits');
		await editor.press('Enter');
		await editor.asks('Search by title, tag or text');
		await editor.press('Escape');
	},

	'who types fast and presses Enter gets what was typed': async () => {
		await editor.openFile('fast.txt');
		// Before the question is asked, while it is answered, while the answer is drawn.
		let typed = '';
		for (let pause = 0; pause <= 120; pause += 10) {
			const [query, text] = pause % 20 === 0 ? ['short', 'Go.'] : ['mone', 'It costs.'];
			await editor.command('promptd: Insert prompt');
			await editor.asks('Search by title, tag or text');
			await editor.row('Review a change').waitFor();
			await editor.box.fill(query);
			await editor.page.waitForTimeout(pause);
			await editor.press('Enter');
			typed += text;
			await editor.saves('fast.txt', typed);
		}
	},

	'the whole text is shown before it is chosen': async () => {
		await pick('review', 'Review a change');
		await editor.row('Review a change').hover();
		await editor.row('Review a change').getByRole('button', { name: 'Show the text' }).click();
		await editor.page.locator('.tab', { hasText: 'review.md' }).waitFor();
		await editor.page.locator('.view-line', { hasText: '{{change}}' }).waitFor();
		await editor.shot('5-preview');
		await editor.press('Escape');
	},

	'variables: the selection, a choice, a checked number, yes or no': async () => {
		await editor.openFile('change.c');
		await editor.press('Control+Home', 'ArrowDown', 'Shift+End');
		await pick('review', 'Review a change');
		await editor.press('Enter');
		await editor.asks('change: The change to look at');
		await editor.press('Enter');
		await editor.asks('change is needed.');
		await editor.shot('6-needed');
		await editor.button('Use the selection (18 characters)').click();
		await editor.asks('language');
		await editor.shot('7-choice');
		await editor.choose('python');
		await editor.asks('depth');
		assert.equal(await editor.box.inputValue(), '3');
		await editor.box.fill('deep');
		await editor.asks('depth must be a whole number.');
		await editor.shot('8-number');
		await editor.press('Enter');
		await editor.box.fill('7');
		await editor.press('Enter');
		await editor.asks('strict');
		await editor.choose('true');
		await editor.saves('change.c', '#include <stdio.h>\n' +
			'Review this python change, 7 deep: int a = {{depth}};\nRefuse it when in doubt.\n' +
			'\nint main;\n');
		await editor.shot('9-replaced');
	},

	'the way back keeps what was said, and Enter takes the default': async () => {
		await editor.openFile('back.txt');
		await pick('review', 'Review a change');
		await editor.press('Enter');
		await editor.asks('change: The change');
		await editor.box.fill('typed $1 by hand');
		await editor.press('Enter');
		await editor.choose('python');
		await editor.asks('depth');
		await editor.button('Back').click();
		await editor.asks('language');
		await editor.button('Back').click();
		await editor.asks('change: The change');
		assert.equal(await editor.box.inputValue(), 'typed $1 by hand');
		await editor.press('Enter');
		await editor.asks('language');
		await editor.press('Enter');
		await editor.asks('depth');
		await editor.press('Enter');
		await editor.asks('strict');
		await editor.press('Enter');
		await editor.saves('back.txt', 'Review this python change, 3 deep: typed $1 by hand\n');
	},

	'the whole file is a value': async () => {
		await editor.openFile('whole.txt');
		const before = file('whole.txt');
		await editor.press('Control+End');
		await pick('quote', 'Quote it');
		await editor.press('Enter');
		await editor.asks('text');
		await editor.button('Use the whole file whole.txt').click();
		await editor.saves('whole.txt', `${before}> ${before}`);
	},

	'every cursor and every selection gets it': async () => {
		await editor.openFile('cursors.txt');
		await editor.press('Control+Home', 'Shift+Alt+ArrowDown', 'Shift+ArrowRight');
		await pick('short', 'Short', 'Plain words');
		await editor.press('Enter');
		await editor.saves('cursors.txt', 'Go.ne\nGo.wo\n');
	},

	'a change of the library is seen in the open list': async () => {
		await pick('brandnew', 'No prompt fits');
		writeFileSync(join(work, 'library', 'team', 'brandnew.prompt.md'),
			'---\ntitle: Brandnew\n---\nNew.\n');
		await promptd('import', join(work, 'library'));
		await editor.row('Brandnew').waitFor();
		await editor.press('Escape');
	},

	'it comes back when the agent was started anew': async () => {
		const before = await agent();
		await promptd('agent', '--stop');
		await editor.statusSays('promptd: no agent');
		await editor.shot('10-agent-gone');
		await promptd('agent');
		await editor.status.filter({ hasNotText: 'no agent' }).waitFor();
		assert.notEqual((await agent()).pid, before.pid);
		await editor.openFile('again.txt');
		await pick('short', 'Short', 'Plain words');
		await editor.press('Enter');
		await editor.saves('again.txt', 'Go.');
	},

	'one that was killed leaves its file behind, and is not believed': async () => {
		process.kill((await agent()).pid, 'SIGKILL');
		await editor.statusSays('promptd: no agent');
		await editor.status.click();
		await editor.notification('No promptd agent is running. Start it?')
			.getByRole('button', { name: 'Start it' }).click();
		await editor.status.filter({ hasNotText: 'no agent' }).waitFor();
		assert.equal((await agent()).running, true);
	},

	'what cannot be written to is told, and left alone': async () => {
		await editor.page.locator('.tab', { hasText: 'review.md' }).click();
		await pick('short', 'Short', 'Plain words');
		await editor.press('Enter');
		await editor.notification('this editor cannot be written to').waitFor();
		await editor.shot('11-read-only');
		await editor.press('Escape');
	},

	'with no editor open a new one gets the text': async () => {
		await editor.command('View: Close All Editors');
		await editor.page.locator('.tab').first().waitFor({ state: 'detached' });
		await pick('short', 'Short', 'Plain words');
		await editor.press('Enter');
		await editor.page.locator('.tab', { hasText: 'Untitled-1' }).waitFor();
		await editor.page.locator('.view-line', { hasText: /^Go\.$/ }).waitFor();
	},

	'the chat knows promptd-mcp and can start it': async () => {
		await listed('Stopped', OFFERED);
		await editor.shot('12-mcp');
		await start(OFFERED);
		await editor.page.locator('.view-line', { hasText: 'Discovered 4 tools' }).waitFor();
		await editor.shot('13-mcp-runs');
		await editor.press('Escape');
	},

	'what connect writes it reads at once, and uses instead': async () => {
		assert.equal(await connect('connect'), 'connected');
		await listed('Disabled', OFFERED);
		await editor.shot('14-connected');
		await start(host);
		await editor.press('Escape');
		assert.equal(await connect('connect'), 'already');
		assert.equal(await connect('disconnect'), 'removed');
		await listed('Running', OFFERED);
		await editor.opened(SERVERS, (timeout) =>
			editor.listsWithin(timeout, 'Add Server', 'promptd'));
		await editor.press('Escape');
	},

	'what connect writes for a project too': async () => {
		const place = 'folder/.vscode/mcp.json';
		assert.equal(await connect('connect', '--project'), 'connected');
		await listed('Stopped', place);
		await start(place);
		await editor.shot('15-project');
		await editor.press('Escape');
		assert.equal(await connect('disconnect', '--project'), 'removed');
		await listed('Running', OFFERED);
		await editor.press('Escape');
	},

	'what it writes itself connect understands, and leaves alone': async () => {
		await editor.opened('MCP: Add Server', async (timeout) => {
			await editor.row('Command (stdio)').click({ timeout });
			await editor.answer('Enter Command', join(bin, 'promptd-mcp'), timeout);
			await editor.answer('Enter Server ID', 'promptd', timeout);
			await editor.row('Global').click({ timeout });
		});
		await editor.page.locator('.tab', { hasText: 'mcp.json' }).waitFor();
		// It names no library, so it is the usual one.
		const usual = { PROMPTD_HOME: undefined };
		assert.equal(await connect('connect', usual), 'already');
		assert.equal(await connect('connect'), 'differs');
		const before = readFileSync(settings, 'utf8');
		assert.equal(await connect('disconnect', usual), 'not_connected');
		assert.equal(readFileSync(settings, 'utf8'), before);
	},
};

let now;
try {
	for (const [name, scene] of Object.entries(scenes)) {
		now = name;
		await scene();
		console.log(`ok - ${name}`);
	}
} catch (error) {
	console.log(`not ok - ${now}`);
	await editor.shot('failed');
	throw error;
} finally {
	await editor.close();
}
