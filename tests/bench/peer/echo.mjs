// A websocket that says every message back, as one writes it with ws: the least
// that a websocket server on Node does. Prints its port; ends with its input.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
	socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on('listening', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
