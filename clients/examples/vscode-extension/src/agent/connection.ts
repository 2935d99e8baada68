/**
 * The way to the agent, kept open: looks for it, connects, and when the agent
 * ends or was never there, comes back by itself. What wakes it up is a change of
 * the directory that agent.json is written into; a clock is only the second way.
 */
import { watch, existsSync, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { findAgent, runDirectories, type Endpoint, type Environment } from './endpoint';
import { Refused } from './proof';
import { Disconnected, Rpc, type ServerInfo } from './rpc';

export type State =
	| { readonly kind: 'searching' }
	| { readonly kind: 'connected'; readonly endpoint: Endpoint; readonly server: ServerInfo }
	/** No agent runs. */
	| { readonly kind: 'none'; readonly why: string }
	/** One runs, and it cannot be used. */
	| { readonly kind: 'refused'; readonly why: string };

export interface ConnectionListener {
	changed(state: State): void;
	/** The library is not what it was. */
	libraryChanged(): void;
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10000;
/** A directory that is watched is looked at now and then all the same. */
const LOOK_WATCHED_MS = 30000;
const LOOK_UNWATCHED_MS = 2000;
/** A file that is being renamed tells of itself several times. */
const SETTLE_MS = 20;

/** The closest directory that exists: what is to come is made in there. */
function closest(path: string): string {
	let at = path;
	while (!existsSync(at) && dirname(at) !== at)
		at = dirname(at);
	return at;
}

export class Connection {
	private now: State = { kind: 'searching' };
	private rpc: Rpc | undefined;
	private attempt: Promise<void> | undefined;
	private again = false;
	private failures = 0;
	private timer: NodeJS.Timeout | undefined;
	private readonly watchers = new Map<string, FSWatcher>();
	private disposed = false;

	constructor(
		private readonly environment: Environment,
		private readonly client: ServerInfo,
		private readonly listener: ConnectionListener,
		private readonly lookWatchedMs = LOOK_WATCHED_MS,
	) {}

	get state(): State {
		return this.now;
	}

	start(): void {
		this.look();
	}

	dispose(): void {
		this.disposed = true;
		clearTimeout(this.timer);
		for (const path of this.watchers.keys())
			this.unwatch(path);
		this.rpc?.close();
	}

	/** A connection that is open; when there is none one more attempt is made first. */
	async open(): Promise<Rpc> {
		this.look();
		// An attempt that was under way may have looked too early: the next counts.
		for (let i = 0; i < 2 && this.rpc === undefined; i++)
			await this.attempt;
		if (this.rpc !== undefined)
			return this.rpc;
		throw new Disconnected('why' in this.now ? this.now.why : 'No promptd agent is running.');
	}

	/** Look now. One attempt at a time: what is asked for meanwhile comes after it. */
	private look(): void {
		if (this.disposed || this.rpc !== undefined)
			return;
		if (this.attempt !== undefined) {
			this.again = true;
			return;
		}
		clearTimeout(this.timer);
		this.attempt = this.connect().finally(() => {
			this.attempt = undefined;
			if (this.again) {
				this.again = false;
				this.look();
			} else {
				this.rest();
			}
		});
	}

	private async connect(): Promise<void> {
		// Before it is looked for: what comes while we look is not missed.
		this.watchAll();
		const found = await findAgent(this.environment);
		if ('why' in found) {
			this.become({ kind: 'none', why: found.why });
			return;
		}
		try {
			await this.connectTo(found.agent);
		} catch (error) {
			this.failures++;
			const why = error instanceof Refused || error instanceof Disconnected
				? error.message : `The promptd agent cannot be reached: ${String(error)}`;
			this.become({ kind: 'refused', why });
		}
	}

	private async connectTo(endpoint: Endpoint): Promise<void> {
		const rpc = await Rpc.open(endpoint, this.client, {
			notified: (method) => {
				if (method === 'notifications/prompts/list_changed')
					this.listener.libraryChanged();
			},
			closed: () => {
				if (this.rpc !== undefined)
					this.lost();
			},
		});
		if (this.disposed)
			rpc.close();
		if (!rpc.isOpen)
			throw new Disconnected('The promptd agent ended.');
		this.rpc = rpc;
		this.failures = 0;
		this.become({ kind: 'connected', endpoint, server: rpc.server });
	}

	private lost(): void {
		this.rpc = undefined;
		if (this.disposed)
			return;
		this.become({ kind: 'searching' });
		this.look();
	}

	private become(state: State): void {
		if (this.disposed)
			return;
		const before = this.now;
		this.now = state;
		if (before.kind !== state.kind || ('why' in state && 'why' in before &&
			state.why !== before.why))
			this.listener.changed(state);
	}

	/** Until something happens, or it is time to look again. */
	private rest(): void {
		if (this.disposed || this.rpc !== undefined)
			return;
		const retry = Math.min(RETRY_MIN_MS * 2 ** (this.failures - 1), RETRY_MAX_MS);
		const look = this.watchers.size > 0 ? this.lookWatchedMs : LOOK_UNWATCHED_MS;
		this.wake(this.now.kind === 'refused' ? retry : look);
	}

	private wake(delay: number): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => {
			this.look();
		}, delay);
	}

	private watchAll(): void {
		const wanted = new Set(runDirectories(this.environment).map(closest));
		for (const path of this.watchers.keys())
			if (!wanted.has(path))
				this.unwatch(path);
		for (const path of wanted)
			if (!this.watchers.has(path))
				this.watchOne(path);
	}

	/**
	 * A watch is for one event: it may have been that the directory went away. What
	 * happens while we look may have been missed, and its watch is used up.
	 */
	private watchOne(path: string): void {
		const woken = (): void => {
			this.unwatch(path);
			if (this.attempt !== undefined)
				this.again = true;
			else if (this.rpc === undefined)
				this.wake(SETTLE_MS);
		};
		try {
			const watcher = watch(path, { persistent: false }, woken);
			watcher.on('error', woken);
			this.watchers.set(path, watcher);
		} catch {
			// No watch left to have: the clock does it.
		}
	}

	private unwatch(path: string): void {
		this.watchers.get(path)?.close();
		this.watchers.delete(path);
	}
}
