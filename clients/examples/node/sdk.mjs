// The MCP SDK's WebSocketClientTransport, and whatever else makes `new WebSocket(url, 'mcp')`
// and cannot be given a token, on the agent's websocket: it takes the global WebSocket, so
//
//	globalThis.WebSocket = AgentWebSocket;
//	await client.connect(new WebSocketClientTransport(agentUrl()));
//
// Both sides prove that they know the token, as in websocket.mjs. When the agent ended, the
// transport's onclose is called; a new transport finds the next agent.
import { findAgent } from './endpoint.mjs';
import { webSocket } from './websocket.mjs';

export function agentUrl() {
	return new URL(`ws://127.0.0.1:${findAgent().port}/mcp`);
}

export class AgentWebSocket {
	static CONNECTING = 0;
	static OPEN = 1;
	static CLOSED = 3;
	readyState = AgentWebSocket.CONNECTING;

	constructor(url, protocols) {
		this.#open(new URL(url), [protocols].flat()).catch((error) => {
			this.onerror?.({ type: 'error', error });
			this.#closed();
		});
	}

	// The agent may be another since the address was asked for: then it is not spoken to.
	async #open({ port }, protocols) {
		const found = findAgent();
		if (Number(port) !== found.port || !protocols.includes('mcp'))
			throw new Error(`the promptd agent listens on port ${found.port}, for subprotocol mcp`);
		const hear = (data) => this.onmessage?.({ type: 'message', data });
		this.wire = await webSocket(found, hear, () => this.#closed());
		this.readyState = AgentWebSocket.OPEN;
		this.onopen?.({ type: 'open' });
	}

	#closed() {
		this.readyState = AgentWebSocket.CLOSED;
		this.onclose?.({ type: 'close' });
	}

	send(text) {
		if (this.readyState !== AgentWebSocket.OPEN) throw new Error('the agent ended');
		this.wire.send(text);
	}

	close() {
		this.wire?.end();
	}
}
