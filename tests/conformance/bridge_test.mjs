// Tests of the bridge itself. The server behind it is this same file started
// with --server: it answers every request with the very line it was sent, and
// does what a method named act/… says.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const META = {
	'io.modelcontextprotocol/protocolVersion': '2026-07-28',
	'io.modelcontextprotocol/clientCapabilities': {},
};
const here = fileURLToPath(import.meta.url);

function serve() {
	const say = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
	let asked = null;
	const cancelled = [];
	const acts = {
		'act/notify': (id) => {
			say({ method: 'notifications/message', params: { level: 'info', data: 'one' } });
			say({ id, result: { after: 'one' } });
		},
		'act/ask': (id) => {
			asked = id;
			say({ id: 'from-server', method: 'elicitation/create', params: {} });
		},
		'act/announce': (id) => {
			say({ method: 'notifications/tools/list_changed' });
			say({ id, result: {} });
		},
		'act/unknown': (id) => say({ id, error: { code: -32601, message: 'no' } }),
		'act/cancelled': (id) => say({ id, result: { cancelled } }),
		'act/pid': (id) => say({ id, result: { pid: process.pid } }),
		'act/wait': () => {},
		'act/die': () => process.exit(3),
		'tools/list': (id) => say({ id, result: { tools: [{ name: 'located', inputSchema: {
			properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } } }] } }),
		'subscriptions/listen': (id) => say({ method: 'notifications/subscriptions/acknowledged',
			params: { _meta: { [SUBSCRIPTION_ID]: id } } }),
	};
	createInterface({ input: process.stdin }).on('line', (line) => {
		const { id, method, params, result } = JSON.parse(line);
		if (method === 'notifications/cancelled')
			cancelled.push(params.requestId);
		else if (method === undefined)
			say({ id: asked, result: { client: result } });
		else if (id !== undefined)
			(acts[method] ?? (() => say({ id, result: { line, protocolVersion: '2025-11-25' } })))(id);
	});
}

let bridge;
let port;

// Plain node:http: fetch would not let Host and Origin be forged.
function send(method, headers, body) {
	return new Promise((resolve, reject) => {
		const sent = httpRequest({ host: '127.0.0.1', port, path: '/mcp', method, headers,
			agent: false }, resolve);
		sent.on('error', reject);
		sent.end(body);
	});
}

async function textOf(response) {
	let text = '';
	for await (const chunk of response.setEncoding('utf8'))
		text += chunk;
	return text;
}

const JSON_HEADERS = {
	'Content-Type': 'application/json',
	Accept: 'application/json, text/event-stream',
};

function postRaw(body, headers = {}) {
	return send('POST', { ...JSON_HEADERS, ...headers }, body);
}

function post(message, headers = {}) {
	return postRaw(JSON.stringify({ jsonrpc: '2.0', ...message }), headers);
}

function modern(message, headers = {}) {
	return post({ ...message, params: { _meta: META, ...message.params } },
		{ 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': message.method, ...headers });
}

async function resultOf(responsePromise) {
	return JSON.parse(await textOf(await responsePromise));
}

async function openSession() {
	const response = await post({ id: 0, method: 'initialize',
		params: { protocolVersion: '2025-11-25' } });
	assert.equal(response.statusCode, 200);
	await textOf(response);
	return { 'Mcp-Session-Id': response.headers['mcp-session-id'] };
}

// The JSON messages of an event stream as they arrive.
async function* events(response) {
	let rest = '';
	for await (const chunk of response.setEncoding('utf8')) {
		const blocks = (rest + chunk).split('\n\n');
		rest = blocks.pop();
		for (const block of blocks)
			yield JSON.parse(/^data: (.*)$/m.exec(block)[1]);
	}
}

if (process.argv.includes('--server'))
	serve();
else
	runTests();

function runTests() {
	before(async () => {
		bridge = spawn(process.execPath, [here.replace('bridge_test', 'bridge'), '--',
			process.execPath, here, '--server'], { stdio: ['ignore', 'pipe', 'ignore'] });
		const [line] = await once(createInterface({ input: bridge.stdout }), 'line');
		port = Number(/:(\d+)\/mcp$/.exec(line)[1]);
	});

	after(async () => {
		bridge.kill('SIGTERM');
		assert.deepEqual(await once(bridge, 'exit'), [0, null]);
	});

	test('a message reaches the server byte for byte', async () => {
		const body = '{ "id":7,  "jsonrpc":"2.0","method":"x/echo", "params":{"n":9007199254740993,' +
			'"u":"\\u00e9é","_meta":' + JSON.stringify(META) + '} }';
		const { result } = await resultOf(postRaw(body,
			{ 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'x/echo' }));
		assert.equal(result.line, body);
	});

	test('a body of several lines arrives as one', async () => {
		const body = JSON.stringify({ jsonrpc: '2.0', id: 8, method: 'x/echo',
			params: { _meta: META } }, null, 2);
		const { result } = await resultOf(postRaw(body,
			{ 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'x/echo' }));
		assert.equal(result.line, body.replaceAll('\n', ' '));
	});

	test('foreign Host and Origin are refused', async () => {
		const message = { id: 1, method: 'x/echo' };
		for (const forged of [{ Host: 'evil.example.com' }, { Origin: 'http://evil.example.com' },
			{ Origin: 'null' }, { Host: 'localhost.evil.example.com' }]) {
			const response = await modern(message, forged);
			assert.equal(response.statusCode, 403, JSON.stringify(forged));
		}
		const fine = await modern(message, { Host: 'localhost:1', Origin: 'http://[::1]:2' });
		assert.equal(fine.statusCode, 200);
	});

	test('what is not a JSON-RPC message is refused with its code', async () => {
		for (const [body, code] of [['{', -32700], ['[]', -32600], ['3', -32600], ['{}', -32600]]) {
			const response = await postRaw(body, { 'MCP-Protocol-Version': '2026-07-28' });
			assert.equal(response.statusCode, 400);
			const { error } = await resultOf(response);
			assert.equal(error.code, code, body);
		}
	});

	test('media types and HTTP methods are checked', async () => {
		assert.equal((await postRaw('{}', { 'Content-Type': 'text/plain' })).statusCode, 415);
		assert.equal((await postRaw('{}', { Accept: 'application/json' })).statusCode, 406);
		assert.equal((await send('PUT', {})).statusCode, 405);
		const stateless = { 'MCP-Protocol-Version': '2026-07-28', Accept: 'text/event-stream' };
		assert.equal((await send('GET', stateless)).statusCode, 405);
		assert.equal((await send('DELETE', stateless)).statusCode, 405);
	});

	test('headers that disagree with a stateless body are -32020', async () => {
		const call = { id: 2, method: 'tools/call', params: { name: 'plain' } };
		const cases = [
			[{ 'Mcp-Method': 'tools/list', 'Mcp-Name': 'plain' }],
			[{ 'Mcp-Method': 'TOOLS/CALL', 'Mcp-Name': 'plain' }],
			[{ 'Mcp-Name': 'other' }],
			[{}],
			[{ 'Mcp-Name': 'plain', 'MCP-Protocol-Version': '2025-11-25' }],
			[{ 'Mcp-Name': '=?base64?cGxhaW4?=' }],
		];
		for (const [headers] of cases) {
			const response = await modern(call, headers);
			assert.equal(response.statusCode, 400, JSON.stringify(headers));
			const { id, error } = await resultOf(response);
			assert.deepEqual([id, error.code], [2, -32020]);
		}
		for (const name of ['plain', '=?base64?cGxhaW4=?='])
			assert.equal((await modern(call, { 'Mcp-Name': name })).statusCode, 200);
	});

	test('arguments marked x-mcp-header must be repeated in headers', async () => {
		await textOf(await modern({ id: 3, method: 'tools/list' }));
		const call = (region) => ({ id: 3, method: 'tools/call',
			params: { name: 'located', arguments: { region } } });
		const status = async (region, header) => (await modern(call(region), { 'Mcp-Name': 'located',
			...(header === undefined ? {} : { 'Mcp-Param-Region': header }) })).statusCode;
		assert.equal(await status('eu', 'eu'), 200);
		assert.equal(await status('eu', '=?base64?ZXU=?='), 200);
		assert.equal(await status(undefined, undefined), 200);
		assert.equal(await status('eu', 'us'), 400);
		assert.equal(await status('eu', undefined), 400);
		assert.equal(await status(undefined, 'eu'), 400);
		assert.equal(await status('eu', '=?base64?ZXU?='), 400);
	});

	test('the status of a stateless answer follows from its code', async () => {
		assert.equal((await modern({ id: 4, method: 'act/unknown' })).statusCode, 404);
		assert.equal((await modern({ method: 'notifications/x' })).statusCode, 202);
	});

	test('stateless requests share a server unless their ids collide', async () => {
		const pid = async (id) => (await resultOf(modern({ id, method: 'act/pid' }))).result.pid;
		const first = await pid(5);
		assert.equal(await pid(6), first);
		const waiting = modern({ id: 5, method: 'act/wait' }).catch(() => null);
		let other = first;
		while (other === first)
			other = await pid(5);
		assert.equal(await pid(6), first);
		void waiting;
	});

	test('a subscription streams until the client leaves, then is cancelled', async () => {
		const response = await modern({ id: 'sub', method: 'subscriptions/listen',
			params: { notifications: {} } });
		assert.match(response.headers['content-type'], /^text\/event-stream/);
		const { value } = await events(response).next();
		assert.equal(value.method, 'notifications/subscriptions/acknowledged');
		response.destroy();
		let cancelled = [];
		while (!cancelled.includes('sub'))
			({ cancelled } = (await resultOf(modern({ id: 9, method: 'act/cancelled' }))).result);
	});

	test('a session has its own server and ends with DELETE', async () => {
		const one = await openSession();
		const two = await openSession();
		const pid = async (session) =>
			(await resultOf(post({ id: 1, method: 'act/pid' }, session))).result.pid;
		assert.notEqual(await pid(one), await pid(two));
		assert.equal((await send('DELETE', one)).statusCode, 200);
		assert.equal((await post({ id: 1, method: 'act/pid' }, one)).statusCode, 404);
		assert.equal((await send('DELETE', one)).statusCode, 404);
		assert.equal(typeof await pid(two), 'number');
	});

	test('a session needs its id and its revision', async () => {
		const session = await openSession();
		const message = { id: 1, method: 'x/echo' };
		assert.equal((await post(message)).statusCode, 400);
		assert.equal((await post(message, { 'Mcp-Session-Id': 'other' })).statusCode, 404);
		assert.equal((await post(message, { ...session,
			'MCP-Protocol-Version': '2025-06-18' })).statusCode, 400);
		assert.equal((await post(message, { ...session,
			'MCP-Protocol-Version': '2025-11-25' })).statusCode, 200);
		assert.equal((await post({ method: 'notifications/initialized' }, session)).statusCode, 202);
	});

	test('a notification before the answer makes it a stream', async () => {
		const session = await openSession();
		const response = await post({ id: 1, method: 'act/notify' }, session);
		assert.match(response.headers['content-type'], /^text\/event-stream/);
		const messages = [];
		for await (const message of events(response))
			messages.push(message.method ?? message.result.after);
		assert.deepEqual(messages, ['notifications/message', 'one']);
	});

	test('a request of the server travels on the stream of the call', async () => {
		const session = await openSession();
		const stream = events(await post({ id: 1, method: 'act/ask' }, session));
		const { value: question } = await stream.next();
		assert.equal(question.method, 'elicitation/create');
		const answer = await post({ id: question.id, result: { action: 'accept' } }, session);
		assert.equal(answer.statusCode, 202);
		const { value: last } = await stream.next();
		assert.deepEqual(last.result, { client: { action: 'accept' } });
	});

	test('an announcement waits for the one GET stream of a session', async () => {
		const session = await openSession();
		await textOf(await post({ id: 1, method: 'act/announce' }, session));
		const headers = { ...session, Accept: 'text/event-stream' };
		const response = await send('GET', headers);
		assert.equal(response.statusCode, 200);
		const { value } = await events(response).next();
		assert.equal(value.method, 'notifications/tools/list_changed');
		assert.equal((await send('GET', headers)).statusCode, 409);
		response.destroy();
	});

	test('the death of a server fails its requests and ends its session', async () => {
		const session = await openSession();
		assert.equal((await post({ id: 1, method: 'act/die' }, session)).statusCode, 502);
		assert.equal((await post({ id: 1, method: 'x/echo' }, session)).statusCode, 404);
	});
}
