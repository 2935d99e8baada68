/** The programs of promptd on this machine: where they are, and starting the agent. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './agent/endpoint';

const START_MS = 15000;
/** Editors started from a desktop often have a shorter PATH than a shell. */
const USUAL = [join(homedir(), '.local', 'bin'), '/usr/local/bin', '/usr/bin'];

async function isProgram(path: string): Promise<boolean> {
	try {
		await access(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** configured: the path of `promptd` from the settings, or empty. */
export async function findProgram(
	name: 'promptd' | 'promptd-mcp', configured: string, environment: Environment,
): Promise<string | undefined> {
	const directories = configured !== '' ? [dirname(configured)]
		: [...(environment['PATH'] ?? '').split(delimiter).filter(isAbsolute), ...USUAL];
	for (const directory of directories) {
		const path = configured !== '' && name === 'promptd' ? configured : join(directory, name);
		if (await isProgram(path))
			return path;
	}
	return undefined;
}

/** Starts the agent in the background; done when it answers. */
export async function startAgent(program: string, environment: Environment): Promise<void> {
	try {
		await promisify(execFile)(program, ['agent'],
			{ env: { ...environment }, timeout: START_MS, cwd: homedir() });
	} catch (error) {
		const { stderr } = error as { stderr?: string };
		throw new Error(stderr !== undefined && stderr.trim() !== ''
			? stderr.trim() : String(error), { cause: error });
	}
}
