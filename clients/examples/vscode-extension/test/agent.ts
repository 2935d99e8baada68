/** A real agent for tests: with a home of its own, ended by its process. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection, type State } from '../src/agent/connection';
import { findAgent, type Endpoint, type Environment } from '../src/agent/endpoint';

const run = promisify(execFile);
const bin = process.env['PROMPTD_BIN'];
if (bin === undefined)
	throw new Error('PROMPTD_BIN is the directory of promptd');

export const promptd = join(bin, 'promptd');
export const client = { name: 'test', version: '1' };

export const PLAIN = 'Say it in plain words. {{this}} stays: $1 ${2} \\n "quoted" \t tab.\n\n' +
	'Grüße, 東京, 🧑‍💻, שלום.\nEnd';

const PROMPTS: Readonly<Record<string, string>> = {
	'plain.prompt.md': `---\ntitle: Plain words\ntags: [style, short]\n---\n${PLAIN}\n`,
	'review.prompt.md': `---
title: Review a change
description: Finds faults before others do
tags: [review]
inputs:
  - name: change
    description: The change to look at
    required: true
  - name: language
    enum: [c, python]
    default: c
  - name: depth
    type: integer
    default: 3
  - name: strict
    type: boolean
    default: false
---
Review this {{language}} change, {{depth}} deep: {{change}}
{{#strict}}
Refuse it when in doubt.
{{/strict}}
`,
	'chat.prompt.md': `---
title: Chat
---
{{role "system"}}
You are terse.
{{role "user"}}
Answer in one line.
`,
};

/** A home with a library; no agent runs in it yet. */
export class Home {
	readonly path = mkdtempSync(join(tmpdir(), 'promptd-vscode-'));
	environment: Environment = { ...process.env, PROMPTD_HOME: this.path };
	private agent: ChildProcess | undefined;

	get run(): string {
		return join(this.path, 'run');
	}

	/** As most people have it: each thing in its own directory. They are made. */
	useXdg(): { readonly runtime: string } {
		const directory = (name: string): string => {
			const path = join(this.path, name);
			mkdirSync(path, { mode: 0o700 });
			return path;
		};
		const runtime = directory('runtime');
		this.environment = {
			...process.env, PROMPTD_HOME: undefined, HOME: this.path, XDG_RUNTIME_DIR: runtime,
			XDG_STATE_HOME: directory('state'), XDG_DATA_HOME: directory('data'),
			XDG_CONFIG_HOME: directory('config'),
		};
		return { runtime };
	}

	async import(files: Readonly<Record<string, string>> = PROMPTS): Promise<void> {
		const directory = mkdtempSync(join(this.path, 'import-'));
		mkdirSync(join(directory, 'team'));
		for (const [name, text] of Object.entries(files))
			writeFileSync(join(directory, 'team', name), text);
		await run(promptd, ['import', directory], { env: { ...this.environment } });
	}

	/** Done when it answers. */
	async start(): Promise<Endpoint> {
		const agent = spawn(promptd, ['agent', '--foreground'],
			{ env: { ...this.environment }, stdio: ['ignore', 'ignore', 'pipe'] });
		this.agent = agent;
		for await (const chunk of agent.stderr)
			if (String(chunk).includes('agent.started'))
				break;
		return this.endpoint();
	}

	async endpoint(): Promise<Endpoint> {
		const found = await findAgent(this.environment);
		if ('why' in found)
			throw new Error(found.why);
		return found.agent;
	}

	async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		const agent = this.agent;
		this.agent = undefined;
		if (agent?.exitCode !== null)
			return;
		const ended = once(agent, 'exit');
		agent.kill(signal);
		await ended;
	}

	async remove(): Promise<void> {
		await this.stop();
		rmSync(this.path, { recursive: true });
	}
}

/** A connection whose states can be waited for, in the order they come. */
export class Watched {
	readonly connection: Connection;
	readonly states: State[] = [];
	libraryChanges = 0;
	private wake: () => void = () => undefined;

	constructor(environment: Environment, ...times: number[]) {
		this.connection = new Connection(environment, client, {
			changed: (state) => {
				this.states.push(state);
				this.wake();
			},
			libraryChanged: () => {
				this.libraryChanges++;
				this.wake();
			},
		}, ...times);
		this.connection.start();
	}

	async until(reached: () => boolean): Promise<void> {
		while (!reached())
			await new Promise<void>((resolve) => {
				this.wake = resolve;
			});
	}

	/** The next state of that kind; those before it are forgotten. */
	async next<K extends State['kind']>(kind: K): Promise<Extract<State, { kind: K }>> {
		for (;;) {
			await this.until(() => this.states.length > 0);
			const state = this.states.shift();
			if (state?.kind === kind)
				return state as Extract<State, { kind: K }>;
		}
	}
}
