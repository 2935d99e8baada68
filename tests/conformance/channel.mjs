// The answer to one HTTP request: plain JSON while nothing but the final message
// has been said, an event stream from the first notification on. The status of a
// plain answer can therefore still follow from the message.

export class Channel {
	#response;
	#streaming = false;

	constructor(response, onClose) {
		this.#response = response;
		response.on('close', () => {
			if (!response.writableFinished)
				onClose();
		});
	}

	open(headers = {}) {
		this.#streaming = true;
		this.#response.writeHead(200, {
			'Content-Type': 'text/event-stream',
			'Cache-Control': 'no-cache',
			...headers,
		});
		this.#response.flushHeaders();
	}

	send(line) {
		if (!this.#streaming)
			this.open();
		this.#response.write(`event: message\ndata: ${line}\n\n`);
	}

	finish(line, status, headers = {}) {
		if (this.#streaming) {
			this.send(line);
			this.#response.end();
			return;
		}
		this.#response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
		this.#response.end(line);
	}

	fail(status, text) {
		if (this.#streaming) {
			this.#response.end();
			return;
		}
		this.#response.writeHead(status, { 'Content-Type': 'text/plain' });
		this.#response.end(`${text}\n`);
	}
}
