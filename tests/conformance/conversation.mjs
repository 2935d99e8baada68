// A server process and the HTTP requests that wait for it. Finds the request
// every line of the server belongs to; what belongs to none goes to the
// listener (the GET stream of a session) or waits for one.

import { StdioServer } from './stdio_server.mjs';
import { spoil } from './faults.mjs';
import { SUBSCRIPTION_ID, kindOf, learnToolHeaders, statusOf } from './http_rules.mjs';

const BACKLOG_LINES = 256;

export class Conversation {
	#server;
	#pending = new Map();
	#backlog = [];
	#listener = null;
	#plainStatus;
	#toolHeaders;
	#onEnd;

	// plainStatus: every answer travels with 200 (the handshake revisions).
	constructor(command, { plainStatus, toolHeaders, onEnd }) {
		this.#plainStatus = plainStatus;
		this.#toolHeaders = toolHeaders;
		this.#onEnd = onEnd;
		this.#server = new StdioServer(command, {
			onLine: (line) => this.#receive(line),
			onExit: (reason) => this.#ended(reason),
		});
	}

	holds(id) {
		return this.#pending.has(id);
	}

	get idle() {
		return this.#pending.size === 0 && this.#listener === null;
	}

	tell(text) {
		this.#server.write(text);
	}

	// headers are added to the answer; onAnswer(message) sees it first.
	ask(text, message, channel, { headers = {}, onAnswer = () => {} } = {}) {
		this.#pending.set(message.id, { message, channel, headers, onAnswer });
		this.#server.write(text);
	}

	// The client went away. In the stateless revision that cancels the request;
	// the handshake revisions say that it must not. A subscription is over; any
	// other request stays known, so that a late answer finds nobody instead of a
	// namesake.
	abandon(id) {
		const waiting = this.#pending.get(id);
		if (!waiting)
			return;
		waiting.channel = null;
		if (this.#plainStatus)
			return;
		const { method, params } = waiting.message;
		if (method === 'subscriptions/listen')
			this.#pending.delete(id);
		this.#server.write(JSON.stringify({
			jsonrpc: '2.0',
			method: 'notifications/cancelled',
			params: { _meta: params?._meta, requestId: id, reason: 'the stream was closed' },
		}));
	}

	// false: somebody listens already.
	listen(channel) {
		if (this.#listener)
			return false;
		this.#listener = channel;
		channel.open();
		for (const line of this.#backlog.splice(0))
			channel.send(line);
		return true;
	}

	unlisten() {
		this.#listener = null;
	}

	stop() {
		this.#server.stop();
	}

	#receive(raw) {
		let message;
		try {
			message = JSON.parse(raw);
		} catch {
			console.error(`bridge: not JSON on stdout: ${raw.slice(0, 200)}`);
			return;
		}
		const line = spoil(raw, message);
		if (line === null)
			return;
		if (kindOf(message) === 'response')
			this.#answer(line, message);
		else
			this.#forward(line, message);
	}

	#answer(line, message) {
		const waiting = this.#pending.get(message.id);
		this.#pending.delete(message.id);
		if (!waiting) {
			console.error(`bridge: answer to nobody: ${line.slice(0, 200)}`);
			return;
		}
		if (waiting.message.method === 'tools/list')
			learnToolHeaders(message.result, this.#toolHeaders);
		waiting.onAnswer(message);
		const status = this.#plainStatus ? 200 : statusOf(message);
		waiting.channel?.finish(line, status, waiting.headers);
	}

	#forward(line, message) {
		const channel = this.#channelOf(message);
		if (channel)
			channel.send(line);
		else if (this.#plainStatus && this.#backlog.length < BACKLOG_LINES)
			this.#backlog.push(line);
		else
			console.error(`bridge: nobody to hear: ${line.slice(0, 200)}`);
	}

	// On stdio all share one pipe; over HTTP every message has a stream. The ids
	// in a message say which; a request of the server and a log line belong to
	// the call in progress, all else to the listener.
	#channelOf(message) {
		const subscription = message.params?._meta?.[SUBSCRIPTION_ID];
		if (subscription !== undefined)
			return this.#pending.get(subscription)?.channel;
		const token = message.params?.progressToken;
		const waiting = [...this.#pending.values()].filter(({ channel }) => channel).reverse();
		if (message.method === 'notifications/progress')
			return waiting.find((w) => w.message.params?._meta?.progressToken === token)?.channel;
		if (kindOf(message) === 'request' || message.method === 'notifications/message')
			return (waiting[0] ?? { channel: this.#listener }).channel;
		return this.#listener;
	}

	#ended(reason) {
		for (const { channel } of this.#pending.values())
			channel?.fail(502, reason ?? 'session ended');
		this.#listener?.fail(502, reason ?? 'session ended');
		this.#pending.clear();
		this.#listener = null;
		if (reason)
			console.error(`bridge: ${reason}`);
		this.#onEnd();
	}
}
