// Requests to the promptd agent of this user.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { findAgent } from './endpoint.mjs';

const META = {
	'io.modelcontextprotocol/protocolVersion': '2026-07-28',
	'io.modelcontextprotocol/clientInfo': { name: 'example-node', version: '1' },
	'io.modelcontextprotocol/clientCapabilities': {},
};

// A message a line. No token: the kernel tells the agent who calls.
export async function unixSocket(found, onMessage, onEnd) {
	const socket = connect(found.socket);
	await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
	createInterface({ input: socket }).on('line', onMessage);
	socket.on('error', () => {}).on('close', onEnd);
	return { send: (text) => socket.write(`${text}\n`), end: () => socket.destroy() };
}

export class Agent {
	#waiting = new Map();
	#last = 0;
	ended = new Promise((resolve) => { this.end = resolve; });

	// onNotification(message) hears of what nobody asked for.
	static async open(transport = unixSocket, onNotification = () => {}) {
		const agent = new Agent();
		const onEnd = () => agent.fail(new Error('the agent ended'));
		agent.heard = onNotification;
		agent.wire = await transport(findAgent(), (text) => agent.take(JSON.parse(text)), onEnd);
		return agent;
	}

	take(message) {
		if (message.method) this.heard(message);
		else if (message.id === undefined) this.fail(new Error(message.error.message));
		else if (message.error) this.#waiting.get(message.id)?.reject(new Error(message.error.message));
		else this.#waiting.get(message.id)?.resolve(message.result);
		this.#waiting.delete(message.id);
	}

	fail(error) {
		for (const { reject } of this.#waiting.values()) reject(error);
		this.#waiting.clear();
		this.end(error);
	}

	request(method, params = {}) {
		const id = ++this.#last;
		const message = { jsonrpc: '2.0', id, method, params: { ...params, _meta: META } };
		this.wire.send(JSON.stringify(message));
		return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
	}

	// By name, in order of it.
	async prompts() {
		const found = new Map();
		let page = {};
		do {
			page = await this.request('prompts/list', page.nextCursor ? { cursor: page.nextCursor } : {});
			for (const prompt of page.prompts) found.set(prompt.name, prompt);
		} while (page.nextCursor);
		return found;
	}

	close() {
		this.wire.end();
	}
}
