// What Streamable HTTP asks of a server before a message reaches it: who may
// connect (Host, Origin), what the headers must say about the body, and which
// status an answer gets. Pure functions over plain values: nothing here reads a
// socket or talks to a server. Source: MCP 2025-11-25 and 2026-07-28,
// basic/transports, and SEP-2243 (the Mcp-* headers).

export const MODERN = '2026-07-28';
export const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const META_VERSION = 'io.modelcontextprotocol/protocolVersion';
export const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

const HEADER_MISMATCH = -32020;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
const NAMED_BY = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

// A web page that had its name rebound to 127.0.0.1 still sends its own name in
// Host and Origin; only loopback names may pass.
export function isLocal(headers) {
	if (!LOOPBACK.test(headers.host ?? ''))
		return false;
	if (headers.origin === undefined)
		return true;
	const origin = /^https?:\/\/(.*)$/i.exec(headers.origin);
	return origin !== null && LOOPBACK.test(origin[1]);
}

export function accepts(headers, ...types) {
	const accept = headers.accept ?? '';
	return types.every((type) => accept.includes(type) || accept.includes('*/*'));
}

export function kindOf(message) {
	if (typeof message !== 'object' || message === null || Array.isArray(message))
		return 'invalid';
	if (typeof message.method === 'string')
		return message.id === undefined ? 'notification' : 'request';
	return 'result' in message || 'error' in message ? 'response' : 'invalid';
}

export function claimedVersion(message) {
	return message?.params?._meta?.[META_VERSION];
}

// The handshake revisions carry a session; a message without one is modern when
// either the header or the body claims a revision that is not one of them.
export function isModern(headers, message) {
	if (headers['mcp-session-id'] !== undefined)
		return false;
	if (claimedVersion(message) !== undefined)
		return true;
	const header = headers['mcp-protocol-version'];
	return header !== undefined && !LEGACY.includes(header);
}

function mismatch(text) {
	return { code: HEADER_MISMATCH, message: `Header mismatch: ${text}` };
}

// A header value, or null when it claims to be Base64 and is not. A value that
// lacks either end of the =?base64?…?= wrapping is the literal itself.
function decoded(value) {
	const wrapped = /^=\?base64\?(.*)\?=$/.exec(value);
	if (!wrapped)
		return value;
	const bytes = Buffer.from(wrapped[1], 'base64');
	return bytes.toString('base64') === wrapped[1] ? bytes.toString('utf8') : null;
}

// null, or what the header called `name` says wrongly about `expected`
// (undefined: the body has no such value, so the header must be absent).
function compare(headers, name, expected) {
	const value = headers[name.toLowerCase()];
	if (expected === undefined)
		return value === undefined ? null : mismatch(`${name} without a value in the body`);
	if (value === undefined)
		return mismatch(`${name} is missing`);
	const text = decoded(value);
	if (text === null)
		return mismatch(`${name} is not valid Base64`);
	return text === expected ? null : mismatch(`${name} differs from the body`);
}

function asHeader(value) {
	return value === undefined || value === null ? undefined : String(value);
}

// null when the headers of a modern POST agree with its body, else the JSON-RPC
// error. `toolHeaders` maps a tool's name to { argument: header suffix }.
export function headerError(headers, message, toolHeaders) {
	const version = headers['mcp-protocol-version'];
	if (version === undefined)
		return mismatch('MCP-Protocol-Version is missing');
	const claimed = claimedVersion(message);
	if (claimed !== undefined && claimed !== version)
		return mismatch('MCP-Protocol-Version differs from the body');
	const method = compare(headers, 'Mcp-Method', message.method);
	if (method)
		return method;
	const member = NAMED_BY[message.method];
	const named = member && message.params?.[member];
	if (typeof named === 'string') {
		const name = compare(headers, 'Mcp-Name', named);
		if (name)
			return name;
	}
	if (message.method !== 'tools/call')
		return null;
	for (const [argument, suffix] of Object.entries(toolHeaders.get(named) ?? {})) {
		const value = asHeader(message.params.arguments?.[argument]);
		const wrong = compare(headers, `Mcp-Param-${suffix}`, value);
		if (wrong)
			return wrong;
	}
	return null;
}

// Which arguments of which tools must be repeated in headers, learnt from a
// tools/list result on its way to the client.
export function learnToolHeaders(result, toolHeaders) {
	for (const tool of result?.tools ?? []) {
		const wanted = {};
		for (const [name, schema] of Object.entries(tool.inputSchema?.properties ?? {})) {
			if (typeof schema?.['x-mcp-header'] === 'string')
				wanted[name] = schema['x-mcp-header'];
		}
		toolHeaders.set(tool.name, wanted);
	}
}

// The status a modern answer travels with.
export function statusOf(message) {
	switch (message.error?.code) {
	case -32601:
		return 404;
	case -32700:
	case -32600:
	case -32602:
	case -32020:
	case -32021:
	case -32022:
		return 400;
	default:
		return 200;
	}
}
