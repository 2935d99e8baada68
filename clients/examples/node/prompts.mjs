#!/usr/bin/env node
// Your prompts in a program, from the promptd agent; Node's own modules only.
import { Agent, unixSocket } from './agent.mjs';
import { NoAgent } from './endpoint.mjs';
import { watch } from './watch.mjs';
import { webSocket } from './websocket.mjs';

const USAGE = `usage: prompts.mjs [--websocket] list                      names and titles
       prompts.mjs [--websocket] get NAME [KEY=VALUE...]   the text, filled in
       prompts.mjs [--websocket] watch [NAME...]           a line whenever something changes`;

async function withAgent(transport, work) {
	const agent = await Agent.open(transport);
	return work(agent).finally(() => agent.close());
}

async function list(transport) {
	const found = await withAgent(transport, (agent) => agent.prompts());
	for (const { name, title } of found.values()) console.log(`${name}\t${title}`);
}

async function get(transport, name, ...pairs) {
	const values = pairs.map((pair) => [pair.split('=', 1)[0], pair.replace(/^[^=]*=?/, '')]);
	const params = { name, arguments: Object.fromEntries(values) };
	const { messages } = await withAgent(transport, (agent) => agent.request('prompts/get', params));
	process.stdout.write(messages.map(({ content }) => content.text).join('\n\n'));
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
