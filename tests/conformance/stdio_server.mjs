// One server process under test: lines in, lines out, nothing interpreted.

import { spawn } from 'node:child_process';

const STOP_MS = 2000;

export class StdioServer {
	#child;
	#rest = '';
	#stopping = false;

	// onLine(line) for every line the server writes, onExit(reason) once.
	constructor([program, ...args], { onLine, onExit }) {
		this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
		this.#child.stdout.setEncoding('utf8');
		this.#child.stdout.on('data', (text) => this.#split(text, onLine));
		this.#child.stdin.on('error', () => {}); // The exit event tells the story.
		let ended = false;
		const end = (reason) => {
			if (!ended)
				onExit(reason);
			ended = true;
		};
		this.#child.on('error', (error) => end(error.message));
		this.#child.on('exit', (code, signal) =>
			end(this.#stopping ? null : `server ended with ${signal ?? code}`));
	}

	#split(text, onLine) {
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop();
		for (const line of lines)
			onLine(line);
	}

	// Line breaks in JSON are blanks outside of strings; nothing else changes.
	write(text) {
		this.#child.stdin.write(`${text.replace(/[\r\n]+/g, ' ')}\n`);
	}

	stop() {
		if (this.#stopping)
			return;
		this.#stopping = true;
		this.#child.stdin.end();
		const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
		this.#child.on('exit', () => clearTimeout(timer));
	}
}
