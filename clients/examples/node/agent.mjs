// The promptd agent of this user: where it is, and requests to it.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';

const META = {
	'io.modelcontextprotocol/protocolVersion': '2026-07-28',
	'io.modelcontextprotocol/clientInfo': { name: 'example-node', version: '1' },
	'io.modelcontextprotocol/clientCapabilities': {},
};

export class NoAgent extends Error {}

function runDirs() {
	const { PROMPTD_HOME, XDG_RUNTIME_DIR, XDG_STATE_HOME } = process.env;
	if (PROMPTD_HOME) return [`${PROMPTD_HOME}/run`];
	const user = `/run/user/${process.getuid()}`;
	const state = XDG_STATE_HOME || `${homedir()}/.local/state`;
	return [`${XDG_RUNTIME_DIR || user}/promptd`, `${user}/promptd`, `${state}/promptd/run`];
}

// Field 22 of /proc/PID/stat: the pid alone may belong to another process by now, or
// (state Z) to one that has ended.
function startOf(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return 'ZX'.includes(fields[0]) ? undefined : Number(fields[19]);
}

function readPrivate(path) {
	const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const { uid, mode } = fstatSync(fd);
		if (uid !== process.getuid() || mode & 0o077) throw new Error(`${path} is not ours alone`);
		return JSON.parse(readFileSync(fd, 'utf8'));
	} finally {
		closeSync(fd);
	}
}

// What agent.json says: the file is ours alone, and its process is the one it names.
export function findAgent() {
	for (const directory of runDirs()) {
		try {
			const found = readPrivate(`${directory}/agent.json`);
			if (startOf(found.pid) === found.start) return found;
		} catch {
			// not there
		}
	}
	throw new NoAgent('no promptd agent runs; `promptd agent` starts it');
}

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

	close() {
		this.wire.end();
	}
}
