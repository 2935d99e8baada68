// The agent's websocket. Both sides prove that they know the token of agent.json and
// neither says it: whoever took over the port of an agent that is gone learns nothing.
// (Node's own WebSocket does not show the answer's headers, so it cannot ask for proof.)
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { request } from 'node:http';

const TEXT = 1, PING = 9, PONG = 10;

function proof(found, who, nonce) {
	const text = `promptd-${who} ${found.port} ${nonce}`;
	return createHmac('sha256', found.token).update(text).digest('hex');
}

function upgrade(found) {
	const nonce = randomBytes(16).toString('hex');
	const asked = request({ host: '127.0.0.1', port: found.port, path: '/mcp', headers: {
		Connection: 'Upgrade',
		Upgrade: 'websocket',
		'Sec-WebSocket-Version': 13,
		'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
		'Sec-WebSocket-Protocol': `mcp, proof.${nonce}.${proof(found, 'client', nonce)}`,
	} }).end();
	return new Promise((resolve, reject) => {
		const refuse = () => {
			asked.destroy();
			reject(new Error(`what listens on port ${found.port} is not the promptd agent`));
		};
		asked.once('error', reject).once('response', refuse);
		asked.once('upgrade', (answer, socket, first) => {
			const theirs = Buffer.from(answer.headers['promptd-proof'] ?? '');
			const wanted = Buffer.from(proof(found, 'server', nonce));
			if (theirs.length !== wanted.length || !timingSafeEqual(theirs, wanted)) refuse();
			else resolve({ socket, first });
		});
	});
}

function frame(opcode, data) {
	const mask = randomBytes(4), n = data.length;
	const head = Buffer.alloc(n < 126 ? 2 : n < 65536 ? 4 : 10);
	head[0] = 0x80 | opcode;
	head[1] = 0x80 | Math.min(n, n < 65536 ? 126 : 127);
	if (head.length === 4) head.writeUInt16BE(n, 2);
	if (head.length === 10) head.writeBigUInt64BE(BigInt(n), 2);
	return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i & 3])]);
}

// [opcode, payload, rest] of the first frame, or null when it is not whole yet. The
// agent's frames are neither masked nor in pieces.
function unframe(bytes) {
	const short = bytes.length > 1 ? bytes[1] : 127;
	const from = short < 126 ? 2 : short === 126 ? 4 : 10;
	if (bytes.length < from) return null;
	const n = from === 2 ? short : from === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
	if (bytes.length < from + n) return null;
	return [bytes[0] & 15, bytes.subarray(from, from + n), bytes.subarray(from + n)];
}

export async function webSocket(found, onMessage, onEnd) {
	const { socket, first } = await upgrade(found);
	let bytes = Buffer.alloc(0);
	const take = (chunk) => {
		bytes = Buffer.concat([bytes, chunk]);
		for (let next = unframe(bytes); next; next = unframe(bytes)) {
			const [opcode, data, rest] = next;
			bytes = rest;
			if (opcode === TEXT) onMessage(data.toString());
			else if (opcode === PING) socket.write(frame(PONG, data));
		}
	};
	socket.on('data', take).on('error', () => {}).on('close', onEnd).on('end', () => socket.end());
	take(first);
	return { send: (text) => socket.write(frame(TEXT, Buffer.from(text))), end: () => socket.destroy() };
}
