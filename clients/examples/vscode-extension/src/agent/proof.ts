/**
 * Both sides show that they know the token, and neither says it: whoever listens
 * on the port of an agent that is gone learns nothing and is found out.
 *
 *   client: HMAC-SHA-256(token, "promptd-client PORT NONCE"), as a subprotocol
 *   agent:  HMAC-SHA-256(token, "promptd-server PORT NONCE"), as a header
 *
 * A WebSocket does not show the headers of its answer. So the agent's proof is
 * asked for with one upgrade by hand, which is dropped once it was answered.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import type { Endpoint } from './endpoint';

export const HOST = '127.0.0.1';
const TIMEOUT_MS = 5000;

/** The agent was reached and will not do; the text says why. */
export class Refused extends Error {}

export function proof(endpoint: Endpoint, who: 'client' | 'server', nonce: string): string {
	return createHmac('sha256', endpoint.token)
		.update(`promptd-${who} ${endpoint.port} ${nonce}`).digest('hex');
}

/** The subprotocols to ask for: ours, and what lets us in. */
export function subprotocols(endpoint: Endpoint, nonce = newNonce()): [string, string] {
	return ['mcp', `proof.${nonce}.${proof(endpoint, 'client', nonce)}`];
}

export function newNonce(): string {
	return randomBytes(16).toString('hex');
}

function refusal(answer: IncomingMessage): Refused {
	if (answer.statusCode === 503)
		return new Refused('The promptd agent has as many clients as it takes.');
	return new Refused('The promptd agent refused the connection.');
}

function isProven(answer: IncomingMessage, endpoint: Endpoint, nonce: string): boolean {
	const given = Buffer.from(String(answer.headers['promptd-proof']));
	const wanted = Buffer.from(proof(endpoint, 'server', nonce));
	return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Does who listens there know the token? Rejects with Refused when not. */
export function proveAgent(endpoint: Endpoint): Promise<void> {
	const nonce = newNonce();
	const asked = request({
		host: HOST, port: endpoint.port, path: '/mcp', agent: false, timeout: TIMEOUT_MS,
		headers: {
			'Connection': 'Upgrade',
			'Upgrade': 'websocket',
			'Sec-WebSocket-Version': '13',
			'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
			'Sec-WebSocket-Protocol': subprotocols(endpoint, nonce).join(', '),
		},
	});
	return new Promise((resolve, reject) => {
		asked.on('upgrade', (answer, socket) => {
			socket.destroy();
			if (isProven(answer, endpoint, nonce))
				resolve();
			else
				reject(new Refused('What listens on the port of the promptd agent is not it.'));
		});
		asked.on('response', (answer) => {
			answer.destroy();
			reject(refusal(answer));
		});
		asked.on('timeout', () => {
			asked.destroy(new Refused('The promptd agent does not answer.'));
		});
		asked.on('error', reject);
		asked.end();
	});
}
