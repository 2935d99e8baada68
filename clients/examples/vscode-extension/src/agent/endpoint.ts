/**
 * Where the agent of this user is. It writes agent.json into a directory that is
 * this user's alone: who it is (pid, start), where it listens (port), and the
 * token that a client proves to know. The file outlives an agent that was killed,
 * so what it says is compared with the process before it is believed.
 */
import { constants } from 'node:fs';
import { lstat, open, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { integerOf, objectOf, textOf } from './decode';

export interface Endpoint {
	readonly file: string;
	readonly version: string;
	readonly pid: number;
	/** When the process started, in the kernel's ticks: a pid is used again, this is not. */
	readonly start: number;
	readonly port: number;
	readonly token: string;
}

/** Why there is none, in a sentence for the person. */
export type Lookup = { readonly agent: Endpoint } | { readonly why: string };

export type Environment = Readonly<Record<string, string | undefined>>;

const FILE = 'agent.json';
const FILE_BYTES_MAX = 8192;
const NO_AGENT = 'No promptd agent is running.';

function uid(): number {
	return process.getuid?.() ?? -1;
}

/** The directories that may hold agent.json, likeliest first. */
export function runDirectories(environment: Environment): string[] {
	const { PROMPTD_HOME: ours, XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: state, HOME: home } =
		environment;
	const person = home !== undefined && isAbsolute(home) ? home : userInfo().homedir;

	if (ours !== undefined && ours !== '')
		return isAbsolute(ours) ? [join(ours, 'run')] : [];
	const found = [
		join(`/run/user/${uid()}`, 'promptd'),
		state !== undefined && isAbsolute(state)
			? join(state, 'promptd', 'run') : join(person, '.local', 'state', 'promptd', 'run'),
	];
	if (runtime !== undefined && isAbsolute(runtime))
		found.unshift(join(runtime, 'promptd'));
	return [...new Set(found)];
}

/** A directory or a file of this user that nobody else may read. */
function isPrivate(status: { uid: number; mode: number }): boolean {
	// Where there are no user ids (Windows) the profile's own rights must do.
	return uid() === -1 || (status.uid === uid() && (status.mode & 0o077) === 0);
}

async function readPrivateFile(path: string): Promise<string | undefined> {
	const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const status = await file.stat();
		if (!status.isFile() || !isPrivate(status) || status.size > FILE_BYTES_MAX)
			return undefined;
		return await file.readFile('utf8');
	} finally {
		await file.close();
	}
}

function parse(text: string, file: string): Endpoint | undefined {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return undefined;
	}
	const object = objectOf(json);
	const pid = integerOf(object['pid']), start = integerOf(object['start']);
	const port = integerOf(object['port']), token = textOf(object['token']);
	if (pid === undefined || pid <= 0 || start === undefined || token === undefined ||
		port === undefined || port < 1 || port > 65535 || !/^[0-9a-f]{64}$/.test(token))
		return undefined;
	return { file, version: textOf(object['version']) ?? '', pid, start, port, token };
}

/** Is there such a process, ours, and the one that was meant? */
export async function processLives(pid: number, start: number): Promise<boolean> {
	if (process.platform !== 'linux') {
		try {
			return process.kill(pid, 0);
		} catch {
			return false;
		}
	}
	try {
		const line = await readFile(`/proc/${pid}/stat`, 'latin1');
		// The name in field 2 may hold blanks and parentheses; field 3 is the state,
		// field 22 the start. One that has ended stays until its parent looked.
		const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
		return fields[0] !== 'Z' && fields[0] !== 'X' && Number(fields[19]) === start &&
			(await stat(`/proc/${pid}`)).uid === uid();
	} catch {
		return false;
	}
}

async function lookInto(directory: string): Promise<Lookup> {
	const file = join(directory, FILE);
	let text: string | undefined;
	try {
		if (!isPrivate(await lstat(directory)))
			return { why: `${directory} is not this user's alone, so it is not trusted.` };
		text = await readPrivateFile(file);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return code === 'ENOENT' || code === 'ENOTDIR'
			? { why: NO_AGENT } : { why: `${file} cannot be read (${code ?? String(error)}).` };
	}
	const agent = text === undefined ? undefined : parse(text, file);
	if (agent === undefined)
		return { why: `${file} is not what an agent writes, so it is not trusted.` };
	if (!await processLives(agent.pid, agent.start))
		return { why: NO_AGENT };
	return { agent };
}

/** The agent that runs, or what stands in the way. */
export async function findAgent(environment: Environment): Promise<Lookup> {
	let why = NO_AGENT;
	for (const directory of runDirectories(environment)) {
		const found = await lookInto(directory);
		if ('agent' in found)
			return found;
		if (found.why !== NO_AGENT)
			why = found.why;
	}
	return { why };
}
