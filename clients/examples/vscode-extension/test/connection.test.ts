import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readPrompt, renderPrompt, searchPrompts } from '../src/agent/prompts';
import { Disconnected, Rpc, RpcError } from '../src/agent/rpc';
import { Home, PLAIN, Watched, client } from './agent';

const CLIENTS_MAX = 16;
let home: Home, watched: Watched;
const quiet = { notified: () => undefined, closed: () => undefined };

beforeEach(() => {
	home = new Home();
});
afterEach(async () => {
	watched.connection.dispose();
	await home.remove();
});

async function connected(): Promise<Rpc> {
	await home.import();
	await home.start();
	watched = new Watched(home.environment);
	await watched.next('connected');
	return watched.connection.open();
}

test('what is found has its title, tags and inputs', async () => {
	const rpc = await connected();
	const found = await searchPrompts(rpc, 'review');
	assert.equal(found.more, false);
	assert.deepEqual(found.prompts, [{
		name: 'team/review', title: 'Review a change',
		description: 'Finds faults before others do', collection: '', tags: ['review'], version: 1,
		inputs: [
			{ name: 'change', type: 'string', required: true, initial: undefined, choices: [],
				description: 'The change to look at' },
			{ name: 'language', type: 'string', required: false, initial: 'c',
				choices: ['c', 'python'], description: '' },
			{ name: 'depth', type: 'integer', required: false, initial: '3', choices: [],
				description: '' },
			{ name: 'strict', type: 'boolean', required: false, initial: 'false', choices: [],
				description: '' },
		],
	}]);
	assert.equal((await searchPrompts(rpc, '')).prompts.length, 3);
	assert.deepEqual((await searchPrompts(rpc, 'no such thing at all')).prompts, []);
	// What is longer than the agent takes is cut, and between characters.
	assert.deepEqual((await searchPrompts(rpc, `zz${'𝒙'.repeat(600)}`)).prompts, []);
});

test('a text comes byte for byte', async () => {
	const rpc = await connected();
	assert.equal(await renderPrompt(rpc, 'team/plain', {}), PLAIN);
	assert.equal(await readPrompt(rpc, 'team/plain'), PLAIN);
});

test('values are filled in, whatever they hold', async () => {
	const rpc = await connected(), change = '{{language}}\r\n\t"$&" ${1} \u{1F600}\n';
	assert.equal(await renderPrompt(rpc, 'team/review', { change, strict: 'true', depth: '5' }),
		`Review this c change, 5 deep: ${change}\nRefuse it when in doubt.\n`);
});

test('several messages have an empty line between them', async () => {
	const rpc = await connected();
	assert.equal(await renderPrompt(rpc, 'team/chat', {}),
		'You are terse.\n\nAnswer in one line.');
});

test('what the agent says no to is told in its words', async () => {
	const rpc = await connected();
	await assert.rejects(renderPrompt(rpc, 'team/review', {}),
		new RpcError(-32602, 'missing required arguments: change'));
	await assert.rejects(renderPrompt(rpc, 'team/review', { change: 'x', depth: 'deep' }),
		new RpcError(-32602, "'depth' must be a whole number of 64 bits"));
	await assert.rejects(renderPrompt(rpc, 'no/such', {}),
		new RpcError(-32602, 'no prompt is called "no/such"'));
});

test('a value that is too large is refused here, and the connection lives', async () => {
	const rpc = await connected();
	await assert.rejects(renderPrompt(rpc, 'team/review', { change: 'x'.repeat(1024 * 1024) }),
		/larger than the 1 MiB/);
	const large = 'x'.repeat(1000 * 1024);
	assert.ok((await renderPrompt(rpc, 'team/review', { change: large })).includes(large));
});

test('a question that was withdrawn does not hurt the next', async () => {
	const rpc = await connected(), withdrawn = new AbortController();
	const first = searchPrompts(rpc, 'plain', withdrawn.signal);
	withdrawn.abort();
	await assert.rejects(first, /cancelled/);
	assert.equal((await searchPrompts(rpc, 'plain')).prompts[0]?.name, 'team/plain');
});

test('many questions at once are all answered', async () => {
	const rpc = await connected();
	// Past the burst that the agent takes at once: the rest waits, and comes.
	const all = await Promise.all(Array.from({ length: 70 }, () => searchPrompts(rpc, 'plain')));
	assert.ok(all.every(({ prompts }) => prompts[0]?.name === 'team/plain'));
});

test('a change of the library is heard of', async () => {
	await connected();
	assert.equal(watched.libraryChanges, 0);
	await home.import({ 'new.prompt.md': '---\ntitle: New\n---\nNew.\n' });
	await watched.until(() => watched.libraryChanges > 0);
	const rpc = await watched.connection.open();
	assert.equal((await searchPrompts(rpc, 'new')).prompts[0]?.name, 'team/new');
});

test('an agent that is started again is found again', async () => {
	const before = await connected();
	const first = await home.endpoint();
	await home.stop();
	assert.equal((await watched.next('none')).why, 'No promptd agent is running.');
	await assert.rejects(searchPrompts(before, 'plain'), Disconnected);
	const second = await home.start();
	assert.notEqual(second.token, first.token);
	const state = await watched.next('connected');
	assert.equal(state.endpoint.pid, second.pid);
	assert.equal(await renderPrompt(await watched.connection.open(), 'team/plain', {}), PLAIN);
});

test('one that was killed left its file; it is not believed', async () => {
	await connected();
	await home.stop('SIGKILL');
	assert.equal((await watched.next('none')).why, 'No promptd agent is running.');
	await home.start();
	await watched.next('connected');
});

test('what waits for an answer is told when the agent ends', async () => {
	const rpc = await connected();
	const waiting = Promise.all(Array.from({ length: 70 }, () => searchPrompts(rpc, 'plain')));
	const told = assert.rejects(waiting, Disconnected);
	await home.stop('SIGKILL');
	await told;
});

test('with no agent there is a word about it, and the first one is noticed', async () => {
	await home.import();
	watched = new Watched(home.environment);
	assert.equal((await watched.next('none')).why, 'No promptd agent is running.');
	await assert.rejects(watched.connection.open(),
		new Disconnected('No promptd agent is running.'));
	await home.start();
	await watched.next('connected');
});

test('the directory may go away and come back', async () => {
	await connected();
	await home.stop();
	await watched.next('none');
	rmSync(home.run, { recursive: true });
	await home.start();
	await watched.next('connected');
});

test('what happens while one looks is not missed', async () => {
	const { runtime } = home.useXdg(), never = 0x7fffffff;
	// By no clock: only the directories tell.
	watched = new Watched(home.environment, never);
	writeFileSync(join(runtime, 'of-somebody-else'), '');
	await watched.next('none');
	await home.start();
	await watched.next('connected');
});

test('an agent that is full is told from none, and tried again', async () => {
	await home.import();
	const endpoint = await home.start();
	const others: Rpc[] = [];
	for (let i = 0; i < CLIENTS_MAX; i++)
		others.push(await Rpc.open(endpoint, client, quiet));
	watched = new Watched(home.environment);
	assert.equal((await watched.next('refused')).why,
		'The promptd agent has as many clients as it takes.');
	others.pop()?.close();
	await watched.next('connected');
	for (const other of others)
		other.close();
});

test('what is disposed of stays quiet', async () => {
	const rpc = await connected();
	watched.states.length = 0;
	watched.connection.dispose();
	assert.equal(rpc.isOpen, false);
	await assert.rejects(watched.connection.open(), Disconnected);
	await home.stop();
	assert.deepEqual(watched.states, []);
});
