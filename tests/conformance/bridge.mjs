#!/usr/bin/env node
// Streamable HTTP in front of a stdio server, for suites that speak HTTP only.
//
//	bridge.mjs [--port N] -- program [argument...]
//
// Prints "listening on http://127.0.0.1:N/mcp" once it does. The handshake
// revisions get one server process per session (Mcp-Session-Id); all stateless
// requests share one, and a second only while two of them carry the same id.
// Messages pass byte for byte; what HTTP adds (http_rules.mjs) is answered here.
// Not here: resuming a stream (Last-Event-ID), batches, authorisation.

import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Channel } from './channel.mjs';
import { Conversation } from './conversation.mjs';
import { ignoreHeaders } from './faults.mjs';
import * as rules from './http_rules.mjs';

const BODY_BYTES = 4 * 1024 * 1024;
const MAX_PROCESSES = 64;

function parseArguments(argv) {
	const split = argv.indexOf('--');
	const options = argv.slice(0, split < 0 ? argv.length : split);
	const command = split < 0 ? [] : argv.slice(split + 1);
	const port = options.length === 2 && options[0] === '--port' ? Number(options[1]) : 0;
	if (command.length === 0 || (options.length > 0 && options[0] !== '--port') ||
	    !Number.isInteger(port)) {
		console.error('usage: bridge.mjs [--port N] -- program [argument...]');
		process.exit(2);
	}
	return { port, command };
}

const { port, command } = parseArguments(process.argv.slice(2));
const sessions = new Map();
const shared = new Set();
const toolHeaders = new Map();

function plain(response, status, text) {
	response.writeHead(status, { 'Content-Type': 'text/plain' });
	response.end(`${text}\n`);
}

function refuse(response, status, error, id) {
	response.writeHead(status, { 'Content-Type': 'application/json' });
	response.end(JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error }));
}

function bodyOf(request) {
	return new Promise((resolve, reject) => {
		const chunks = [];
		let bytes = 0;
		request.on('data', (chunk) => {
			bytes += chunk.length;
			if (bytes > BODY_BYTES)
				reject(new Error('body too large'));
			else
				chunks.push(chunk);
		});
		request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
		request.on('error', reject);
	});
}

function makeRoom() {
	if (sessions.size + shared.size < MAX_PROCESSES)
		return;
	for (const [id, session] of sessions) {
		if (session.conversation.idle) {
			sessions.delete(id);
			session.conversation.stop();
			return;
		}
	}
}

// A stateless server for this message: one where its id is not in use.
function sharedFor(message) {
	for (const conversation of shared) {
		if (!conversation.holds(message.id))
			return conversation;
	}
	makeRoom();
	const conversation = new Conversation(command, {
		plainStatus: false,
		toolHeaders,
		onEnd: () => shared.delete(conversation),
	});
	shared.add(conversation);
	return conversation;
}

function postModern(request, response, text, message, kind) {
	const error = ignoreHeaders ? null
		: rules.headerError(request.headers, message, toolHeaders);
	if (error)
		return refuse(response, 400, error, message.id);
	const conversation = sharedFor(message);
	if (kind === 'notification') {
		conversation.tell(text);
		return response.writeHead(202).end();
	}
	const channel = new Channel(response, () => conversation.abandon(message.id));
	conversation.ask(text, message, channel);
}

function openSession(response, text, message) {
	makeRoom();
	const id = randomUUID();
	const conversation = new Conversation(command, {
		plainStatus: true,
		toolHeaders: new Map(),
		onEnd: () => sessions.delete(id),
	});
	const session = { conversation, version: null };
	sessions.set(id, session);
	const channel = new Channel(response, () => conversation.abandon(message.id));
	conversation.ask(text, message, channel, {
		headers: { 'Mcp-Session-Id': id },
		onAnswer: (answer) => {
			session.version = answer.result?.protocolVersion ?? null;
		},
	});
}

// The session a request names, or null after it was refused.
function sessionOf(request, response) {
	const id = request.headers['mcp-session-id'];
	if (id === undefined) {
		plain(response, 400, 'Mcp-Session-Id is missing');
		return null;
	}
	const session = sessions.get(id);
	if (!session) {
		plain(response, 404, 'no such session');
		return null;
	}
	const version = request.headers['mcp-protocol-version'];
	if (version !== undefined && version !== (session.version ?? version)) {
		plain(response, 400, 'MCP-Protocol-Version is not the one agreed on');
		return null;
	}
	return session;
}

function postLegacy(request, response, text, message, kind) {
	if (message.method === 'initialize' && request.headers['mcp-session-id'] === undefined)
		return openSession(response, text, message);
	const session = sessionOf(request, response);
	if (!session)
		return undefined;
	const { conversation } = session;
	if (kind !== 'request') {
		conversation.tell(text);
		return response.writeHead(202).end();
	}
	if (conversation.holds(message.id))
		return plain(response, 400, 'a request with this id is in progress');
	const channel = new Channel(response, () => conversation.abandon(message.id));
	conversation.ask(text, message, channel);
}

async function post(request, response) {
	if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
		return plain(response, 415, 'application/json expected');
	if (!rules.accepts(request.headers, 'application/json', 'text/event-stream'))
		return plain(response, 406, 'Accept: application/json, text/event-stream expected');
	let text;
	let message;
	try {
		text = await bodyOf(request);
	} catch (error) {
		return plain(response, 413, error.message);
	}
	try {
		message = JSON.parse(text);
	} catch {
		return refuse(response, 400, { code: -32700, message: 'Parse error' });
	}
	const kind = rules.kindOf(message);
	const modern = rules.isModern(request.headers, message);
	if (kind === 'invalid' || (modern && kind === 'response'))
		return refuse(response, 400, { code: -32600, message: 'Invalid Request' });
	const handle = modern ? postModern : postLegacy;
	return handle(request, response, text, message, kind);
}

function get(request, response) {
	if (request.headers['mcp-protocol-version'] === rules.MODERN)
		return plain(response, 405, 'no GET stream in this revision');
	if (!rules.accepts(request.headers, 'text/event-stream'))
		return plain(response, 406, 'Accept: text/event-stream expected');
	const session = sessionOf(request, response);
	if (!session)
		return undefined;
	const channel = new Channel(response, () => session.conversation.unlisten());
	if (!session.conversation.listen(channel))
		return plain(response, 409, 'the session has a stream already');
}

function remove(request, response) {
	if (request.headers['mcp-protocol-version'] === rules.MODERN)
		return plain(response, 405, 'no sessions in this revision');
	const session = sessionOf(request, response);
	if (!session)
		return undefined;
	sessions.delete(request.headers['mcp-session-id']);
	session.conversation.stop();
	response.writeHead(200).end();
}

const METHODS = { POST: post, GET: get, DELETE: remove };

const server = createServer((request, response) => {
	if (!rules.isLocal(request.headers))
		return plain(response, 403, 'Host or Origin is not local');
	if (new URL(request.url, 'http://localhost').pathname !== '/mcp')
		return plain(response, 404, 'not here');
	const handle = METHODS[request.method];
	if (!handle) {
		response.setHeader('Allow', Object.keys(METHODS).join(', '));
		return plain(response, 405, 'method not allowed');
	}
	Promise.resolve(handle(request, response)).catch((error) => {
		console.error(`bridge: ${error.stack}`);
		response.destroy();
	});
});

server.listen(port, '127.0.0.1', () =>
	console.log(`listening on http://127.0.0.1:${server.address().port}/mcp`));

// The end of the last server ends the program.
function quit() {
	for (const { conversation } of sessions.values())
		conversation.stop();
	for (const conversation of shared)
		conversation.stop();
	server.close();
	server.closeAllConnections();
}
process.on('SIGTERM', quit);
process.on('SIGINT', quit);
