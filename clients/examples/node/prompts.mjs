#!/usr/bin/env node
// Your prompts in a program, from the promptd agent; Node's own modules only.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, NoAgent, unixSocket } from './agent.mjs';
import { webSocket } from './websocket.mjs';

const USAGE = `usage: prompts.mjs [--websocket] list                      names and titles
       prompts.mjs [--websocket] get NAME [KEY=VALUE...]   the text, filled in
       prompts.mjs [--websocket] watch [NAME...]           a line whenever something changes`;

async function prompts(agent) {
	const found = new Map();
	let page = {};
	do {
		page = await agent.request('prompts/list', page.nextCursor ? { cursor: page.nextCursor } : {});
		for (const prompt of page.prompts) found.set(prompt.name, prompt);
	} while (page.nextCursor);
	return found;
}

async function withAgent(transport, work) {
	const agent = await Agent.open(transport);
	return work(agent).finally(() => agent.close());
}

async function list(transport) {
	const found = await withAgent(transport, prompts);
	for (const { name, title } of found.values()) console.log(`${name}\t${title}`);
}

async function get(transport, name, ...pairs) {
	const values = pairs.map((pair) => [pair.split('=', 1)[0], pair.replace(/^[^=]*=?/, '')]);
	const params = { name, arguments: Object.fromEntries(values) };
	const { messages } = await withAgent(transport, (agent) => agent.request('prompts/get', params));
	process.stdout.write(messages.map(({ content }) => content.text).join('\n\n'));
}

function showChanges(known, now) {
	for (const name of [...new Set([...known.keys(), ...now.keys()])].sort()) {
		if (JSON.stringify(known.get(name)) === JSON.stringify(now.get(name))) continue;
		console.log(!now.has(name) ? '-' : known.has(name) ? '~' : '+', name);
	}
}

// Until the connection ends. known is what the list was when we last looked.
async function watchOnce(transport, names, known) {
	let turn = Promise.resolve();
	const look = async ({ method, params }) => {
		if (method === 'notifications/resources/updated')
			return console.log('updated', params.uri.replace(/^prompt:\/\//, ''));
		const now = await prompts(agent);
		if (known.size) showChanges(known, now);
		if (method.endsWith('/acknowledged')) console.log(`watching ${now.size} prompts`);
		known.clear();
		now.forEach((prompt, name) => known.set(name, prompt));
	};
	const hear = (message) => { turn = turn.then(() => look(message)).catch(agent.end); };
	const agent = await Agent.open(transport, hear);
	const wishes = { promptsListChanged: true, resourceSubscriptions: names.map((n) => `prompt://${n}`) };
	agent.request('subscriptions/listen', { notifications: wishes }).catch(agent.end);
	throw await agent.ended;
}

async function watch(transport, ...names) {
	const known = new Map();
	for (let told = ''; ; await sleep(500)) {
		const { message } = await watchOnce(transport, names, known).catch((error) => error);
		if (message !== told) console.error('waiting:', message);
		told = message;
	}
}

const words = process.argv.slice(2);
const transport = words[0] === '--websocket' ? webSocket : unixSocket;
const [name, ...rest] = transport === webSocket ? words.slice(1) : words;
const command = { list, get, watch }[name];
if (!command || (command === get && rest.length === 0)) {
	console.error(USAGE);
	process.exit(2);
}
await command(transport, ...rest).catch((error) => {
	console.error('prompts.mjs:', error.message);
	process.exitCode = error instanceof NoAgent ? 3 : 1;
});
