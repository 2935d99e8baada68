/**
 * JSON-RPC over one WebSocket: requests with their answers, and notifications.
 * When the connection ends every request that waits fails with Disconnected.
 */
import { integerOf, isObject, objectOf, textOf } from './decode';
import type { Endpoint } from './endpoint';
import { HOST, Refused, proveAgent, subprotocols } from './proof';

/** What the agent takes in one message. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
const OPEN_MS = 5000;
const ANSWER_MS = 15000;
const REVISION = '2025-11-25';
const METHOD_NOT_FOUND = -32601;

/** The agent answered: no. */
export class RpcError extends Error {
	constructor(readonly code: number, message: string) {
		super(message);
	}
}

/** There is no agent to ask, or it went while it was asked. */
export class Disconnected extends Error {}

interface Waiting {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: Error) => void;
	readonly timer: NodeJS.Timeout;
}

export interface ServerInfo {
	readonly name: string;
	readonly version: string;
}

export interface RpcListener {
	notified(method: string): void;
	closed(): void;
}

function openSocket(endpoint: Endpoint): Promise<WebSocket> {
	const socket = new WebSocket(`ws://${HOST}:${endpoint.port}/mcp`, subprotocols(endpoint));
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			reject(new Refused('The promptd agent does not answer.'));
			socket.close();
		}, OPEN_MS);
		socket.onopen = () => {
			clearTimeout(timer);
			resolve(socket);
		};
		// It is told no reason; what can be known proveAgent() has found out before.
		socket.onerror = () => {
			clearTimeout(timer);
			reject(new Refused('The promptd agent refused the connection.'));
		};
	});
}

export class Rpc {
	server: ServerInfo = { name: '', version: '' };
	private readonly waiting = new Map<number, Waiting>();
	private numbered = 0;
	private ended = false;

	private constructor(
		private readonly socket: WebSocket, private readonly listener: RpcListener,
	) {
		socket.onmessage = ({ data }) => {
			this.receive(String(data));
		};
		socket.onclose = () => {
			this.end();
		};
		socket.onerror = null; // a close follows
	}

	/** Connect, after who listens there was asked to prove itself, and shake hands. */
	static async open(endpoint: Endpoint, client: ServerInfo, listener: RpcListener): Promise<Rpc> {
		if (typeof WebSocket === 'undefined')
			throw new Refused('This editor is too old: it has no WebSocket.');
		await proveAgent(endpoint);
		const rpc = new Rpc(await openSocket(endpoint), listener);
		try {
			const result = objectOf(await rpc.request('initialize', {
				protocolVersion: REVISION, capabilities: {}, clientInfo: client,
			}));
			const server = objectOf(result['serverInfo']);
			rpc.server = {
				name: textOf(server['name']) ?? '', version: textOf(server['version']) ?? '',
			};
			rpc.send({ method: 'notifications/initialized' });
			return rpc;
		} catch (error) {
			rpc.close();
			throw error;
		}
	}

	get isOpen(): boolean {
		return !this.ended;
	}

	/** The result; RpcError when the agent says no, Disconnected when it is gone. */
	request(method: string, params: object, signal?: AbortSignal): Promise<unknown> {
		const id = ++this.numbered;
		return new Promise((resolve, reject) => {
			if (this.ended) {
				reject(new Disconnected('The promptd agent is gone.'));
				return;
			}
			const give = (error: Error): void => {
				this.send({
					method: 'notifications/cancelled', params: { requestId: id } });
				this.settle(id)?.reject(error);
			};
			const timer = setTimeout(() => {
				give(new RpcError(0, `The promptd agent did not answer ${method}.`));
			}, ANSWER_MS);
			this.waiting.set(id, { resolve, reject, timer });
			signal?.addEventListener('abort', () => {
				if (this.waiting.has(id))
					give(new RpcError(0, 'cancelled'));
			}, { once: true });
			try {
				this.send({ id, method, params });
			} catch (error) {
				this.settle(id);
				reject(error instanceof Error ? error : new Error(String(error)));
			}
		});
	}

	close(): void {
		this.socket.close();
		this.end();
	}

	private send(message: object): void {
		const text = JSON.stringify({ jsonrpc: '2.0', ...message });
		if (Buffer.byteLength(text) > MESSAGE_BYTES_MAX)
			throw new RpcError(0, 'The values are larger than the 1 MiB that the agent takes.');
		this.socket.send(text);
	}

	private settle(id: number): Waiting | undefined {
		const waiting = this.waiting.get(id);
		this.waiting.delete(id);
		clearTimeout(waiting?.timer);
		return waiting;
	}

	private receive(text: string): void {
		let message: unknown;
		try {
			message = JSON.parse(text);
		} catch {
			this.close();
			return;
		}
		if (!isObject(message))
			return;
		const method = textOf(message['method']);
		if (method === undefined)
			this.answered(message);
		else if ('id' in message)
			this.send({ id: message['id'],
				error: { code: METHOD_NOT_FOUND, message: 'this client serves nothing' } });
		else
			this.listener.notified(method);
	}

	private answered(message: Readonly<Record<string, unknown>>): void {
		const waiting = this.settle(integerOf(message['id']) ?? 0);
		const error = message['error'];
		if (isObject(error))
			waiting?.reject(new RpcError(
				integerOf(error['code']) ?? 0, textOf(error['message']) ?? 'unknown error'));
		else
			waiting?.resolve(message['result']);
	}

	private end(): void {
		if (this.ended)
			return;
		this.ended = true;
		for (const id of [...this.waiting.keys()])
			this.settle(id)?.reject(new Disconnected('The promptd agent ended.'));
		this.listener.closed();
	}
}
