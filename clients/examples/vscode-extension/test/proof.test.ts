import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { Endpoint } from '../src/agent/endpoint';
import { Refused, newNonce, proof, proveAgent, subprotocols } from '../src/agent/proof';
import { Rpc } from '../src/agent/rpc';
import { Home, client } from './agent';

const home = new Home();
after(() => home.remove());

const listener = { notified: () => undefined, closed: () => undefined };
const servers: Server[] = [];
after(() => {
	for (const server of servers)
		server.close();
});

/** One who sits on the port and answers every upgrade with what it is given. */
async function squatter(
	answer: (head: string) => string,
): Promise<{ port: number; heard: string[] }> {
	const heard: string[] = [];
	const server = createServer((socket: Socket) => {
		let head = '';
		socket.on('error', () => undefined);
		socket.on('data', (chunk) => {
			head += chunk.toString('latin1');
			if (!head.includes('\r\n\r\n'))
				return;
			heard.push(head);
			socket.write(answer(head));
		});
	});
	servers.push(server);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return { port: (server.address() as AddressInfo).port, heard };
}

const UPGRADED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
	'Connection: Upgrade\r\nSec-WebSocket-Protocol: mcp\r\n';

function endpoint(port: number): Endpoint {
	return { file: '', version: '', pid: process.pid, start: 0, port, token: 'ab'.repeat(32) };
}

test('the proof is an HMAC over who, port and nonce', () => {
	const at = endpoint(4711);
	assert.notEqual(proof(at, 'client', '00'), proof(at, 'server', '00'));
	assert.notEqual(proof(at, 'client', '00'), proof(endpoint(4712), 'client', '00'));
	assert.match(proof(at, 'client', '00'), /^[0-9a-f]{64}$/);
	assert.match(newNonce(), /^[0-9a-f]{32}$/);
	const [first, second] = subprotocols(at);
	assert.equal(first, 'mcp');
	assert.match(second, /^proof\.[0-9a-f]{32}\.[0-9a-f]{64}$/);
	assert.notEqual(second, subprotocols(at)[1]);
});

test('the agent proves itself', async () => {
	const agent = await home.start();
	await proveAgent(agent);
	await home.stop();
});

test('a wrong token is refused, and the refusal told', async () => {
	const agent = await home.start();
	await assert.rejects(proveAgent({ ...agent, token: 'ab'.repeat(32) }),
		new Refused('The promptd agent refused the connection.'));
	await home.stop();
});

test('a squatter is found out before a websocket is opened, and hears no token', async () => {
	for (const header of [
		'', `Promptd-Proof: ${'0'.repeat(64)}\r\n`, 'Promptd-Proof: x\r\n', 'echo',
	]) {
		const { port, heard } = await squatter((head) => {
			const mac = /proof\.[0-9a-f]+\.([0-9a-f]+)/.exec(head)?.[1] ?? '';
			return `${UPGRADED}${header === 'echo' ? `Promptd-Proof: ${mac}\r\n` : header}\r\n`;
		});
		const at = endpoint(port);
		await assert.rejects(Rpc.open(at, client, listener),
			new Refused('What listens on the port of the promptd agent is not it.'));
		assert.equal(heard.length, 1);
		assert.equal(heard.join('').includes(at.token), false);
		assert.match(heard[0] ?? '', /^GET \/mcp HTTP\/1\.1\r\n/);
	}
});

test('one who passes the proof on from another port is found out', async () => {
	const agent = await home.start();
	const { port } = await squatter((head) => {
		const nonce = /proof\.([0-9a-f]+)\./.exec(head)?.[1] ?? '';
		return `${UPGRADED}Promptd-Proof: ${proof(agent, 'server', nonce)}\r\n\r\n`;
	});
	await assert.rejects(proveAgent({ ...agent, port }), Refused);
	await home.stop();
});

test('other answers are no agent either', async () => {
	const { port } = await squatter(() => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
	await assert.rejects(proveAgent(endpoint(port)), Refused);
	const rubbish = await squatter(() => '\0\0\0\r\n\r\n');
	await assert.rejects(proveAgent(endpoint(rubbish.port)));
});
