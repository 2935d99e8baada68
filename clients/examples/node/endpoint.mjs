// Where the promptd agent of this user is.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';

export class NoAgent extends Error {}

function runDirs() {
	const { PROMPTD_HOME, XDG_RUNTIME_DIR, XDG_STATE_HOME } = process.env;
	if (PROMPTD_HOME) return [`${PROMPTD_HOME}/run`];
	const user = `/run/user/${process.getuid()}`;
	const state = XDG_STATE_HOME || `${homedir()}/.local/state`;
	return [`${XDG_RUNTIME_DIR || user}/promptd`, `${user}/promptd`, `${state}/promptd/run`];
}

// Field 22 of /proc/PID/stat: the pid alone may belong to another process by now, or
// (state Z) to one that has ended.
function startOf(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return 'ZX'.includes(fields[0]) ? undefined : Number(fields[19]);
}

function readPrivate(path) {
	const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const { uid, mode } = fstatSync(fd);
		if (uid !== process.getuid() || mode & 0o077) throw new Error(`${path} is not ours alone`);
		return JSON.parse(readFileSync(fd, 'utf8'));
	} finally {
		closeSync(fd);
	}
}

// What agent.json says: the file is ours alone, and its process is the one it names.
export function findAgent() {
	for (const directory of runDirs()) {
		try {
			const found = readPrivate(`${directory}/agent.json`);
			if (startOf(found.pid) === found.start) return found;
		} catch {
			// not there
		}
	}
	throw new NoAgent('no promptd agent runs; `promptd agent` starts it');
}
