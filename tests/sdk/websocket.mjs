// The SDK's WebSocketClientTransport on the agent's websocket. It makes
// `new WebSocket(url, 'mcp')` and takes no token, so as it comes it is refused; with a
// WebSocket that adds what the agent asks for it goes on the whole tour.
//
//	websocket.mjs BIN CLIENTS

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { PromptListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import * as v1 from './client_v1.mjs';
import * as v2 from './client_v2.mjs';
import { finish, promptd, tour } from './tour.mjs';

const { findAgent } = await import(join(process.argv[3], 'node/endpoint.mjs'));
const { AgentWebSocket, agentUrl } = await import(join(process.argv[3], 'node/sdk.mjs'));
const PATIENCE_MS = 60000;
const NodeWebSocket = globalThis.WebSocket;

// Node's own, with something said in the second subprotocol.
function saying(text) {
	return class extends NodeWebSocket {
		constructor(url, protocols) {
			super(url, [protocols, text].flat());
		}
	};
}

const token = () => saying(findAgent().token);

function transport(WebSocket) {
	globalThis.WebSocket = WebSocket;
	return new WebSocketClientTransport(agentUrl());
}

function soon(promise, what) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(reject, PATIENCE_MS, new Error(`waited in vain: ${what}`));
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function connect(WebSocket) {
	const client = new Client({ name: 'restarts', version: '1.0.0' });
	const changes = [];
	let wake = () => {};
	client.setNotificationHandler(PromptListChangedNotificationSchema, () => {
		changes.push(true);
		wake();
	});
	const ended = new Promise((resolve) => { client.onclose = resolve; });
	await client.connect(transport(WebSocket));
	const changed = async () => {
		while (changes.length === 0)
			await new Promise((resolve) => { wake = resolve; });
	};
	return { client, changed, ended };
}

async function names(client) {
	return (await client.listPrompts()).prompts.map(({ name }) => name);
}

async function refused(WebSocket) {
	const client = new Client({ name: 'stranger', version: '1.0.0' });
	await assert.rejects(soon(client.connect(transport(WebSocket)), 'a refusal'),
		({ message }) => !message.startsWith('waited in vain'));
}

// Somebody took the port of an agent that is gone: not believed, and not told the token.
async function squatted() {
	const told = [];
	const squatter = createServer().on('upgrade', ({ rawHeaders }, socket) => {
		told.push(...rawHeaders);
		socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
			'Connection: Upgrade\r\nSec-WebSocket-Protocol: mcp\r\n' +
			`Promptd-Proof: ${'0'.repeat(64)}\r\n\r\n`);
	});
	await new Promise((resolve) => { squatter.listen(0, '127.0.0.1', resolve); });
	const folder = join(process.env.PROMPTD_HOME, 'run');
	const found = { pid: process.pid, port: squatter.address().port, token: '5'.repeat(64) };
	found.start = Number(readFileSync('/proc/self/stat', 'latin1').replace(/.*\) /, '').split(' ')[19]);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	writeFileSync(join(folder, 'agent.json'), JSON.stringify(found), { mode: 0o600 });
	const client = new Client({ name: 'careful', version: '1.0.0' });
	await assert.rejects(soon(client.connect(transport(AgentWebSocket)), 'a refusal'),
		/is not the promptd agent/);
	rmSync(join(folder, 'agent.json'));
	squatter.close();
	assert.match(told.join('\n'), /mcp, proof\./);
	assert.doesNotMatch(told.join('\n'), new RegExp(found.token));
}

// The client hears of the end, and a new transport finds the next agent.
async function outlives(WebSocket, label, end) {
	const before = await connect(WebSocket());
	const known = await names(before.client);
	await end();
	await soon(before.ended, 'the end');
	await assert.rejects(before.client.listPrompts());
	assert.throws(agentUrl, /no promptd agent runs/);
	await promptd('agent');
	const after = await connect(WebSocket());
	assert.deepEqual(await names(after.client), known);
	const file = join(process.env.TOUR_LIBRARY, `${label}.prompt.md`);
	writeFileSync(file, `---\ntitle: Made after ${label}\n---\nText.\n`);
	await promptd('import', process.env.TOUR_LIBRARY);
	await soon(after.changed(), 'list_changed');
	assert.deepEqual((await names(after.client)).filter((name) => !known.includes(name)), [label]);
	await after.client.close();
}

const stop = () => promptd('agent', '--stop');

function isFound() {
	try {
		return findAgent();
	} catch {
		return undefined;
	}
}

// It lets go of its lock first, and is a process for a moment longer.
async function kill() {
	process.kill(findAgent().pid, 'SIGKILL');
	const dead = async () => {
		while (isFound() || await promptd('agent', '--status').catch(() => false))
			await new Promise((resolve) => { setTimeout(resolve, 20); });
	};
	await soon(dead(), 'it is dead');
}

const steps = {
	'a squatter, proof': squatted,
	'started': () => promptd('agent'),
	'as it comes, refused': () => refused(NodeWebSocket),
	'with a wrong token, refused': () => refused(saying('5'.repeat(64))),
	'ended and started again, token': () => outlives(token, 'token-stopped', stop),
	'killed and started again, token': () => outlives(token, 'token-killed', kill),
	'ended and started again, proof': () => outlives(() => AgentWebSocket, 'proof-stopped', stop),
	'killed and started again, proof': () => outlives(() => AgentWebSocket, 'proof-killed', kill),
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
	try {
		await step();
		console.log(`ok ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAILED ${name}\n${error.stack}`);
	}
}
failed += await tour(v1.connect, { transport: transport(token()), era: 'legacy', over: ', token' });
failed += await tour(v1.connect, { transport: transport(AgentWebSocket), era: 'legacy', over: ', proof' });
// SDK 2 has no such transport of its own; SDK 1's will do.
failed += await tour(v2.connect, { transport: transport(AgentWebSocket), era: 'modern', over: ', proof' });
await stop();
finish(failed);
