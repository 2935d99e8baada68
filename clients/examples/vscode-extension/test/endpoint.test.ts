import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync }
	from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { findAgent, processLives, runDirectories } from '../src/agent/endpoint';

const home = mkdtempSync(join(tmpdir(), 'promptd-endpoint-'));
after(() => {
	rmSync(home, { recursive: true });
});

const run = join(home, 'run'), file = join(run, 'agent.json');
const environment = { PROMPTD_HOME: home, HOME: home };
const uid = process.getuid?.() ?? -1;
const fieldsOf = (pid: number): string[] => {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};
const start = Number(fieldsOf(process.pid)[19]);
const whole = {
	version: '9.9', pid: process.pid, start, started: '2026-01-01T00:00:00Z',
	socket: join(run, 'agent.sock'), port: 4711, token: '0'.repeat(64),
};

/** The file as it is told, and what is made of it. */
async function found(json: object | string, mode = 0o600): Promise<string | number> {
	mkdirSync(run, { recursive: true, mode: 0o700 });
	rmSync(file, { force: true });
	writeFileSync(file, typeof json === 'string' ? json : JSON.stringify(json));
	chmodSync(file, mode);
	const lookup = await findAgent(environment);
	return 'why' in lookup ? lookup.why : lookup.agent.port;
}

test('an agent is found by its file', async () => {
	assert.equal(await found(whole), 4711);
	const lookup = await findAgent(environment);
	assert.deepEqual(lookup, { agent: {
		file, version: '9.9', pid: process.pid, start, port: 4711, token: whole.token } });
});

test('no directory and no file mean no agent', async () => {
	rmSync(run, { recursive: true, force: true });
	assert.deepEqual(await findAgent(environment), { why: 'No promptd agent is running.' });
	mkdirSync(run, { mode: 0o700 });
	assert.deepEqual(await findAgent(environment), { why: 'No promptd agent is running.' });
});

test('a file left by a process that is gone, or by another of its number', async () => {
	assert.equal(await found({ ...whole, pid: 2 ** 22 + 1 }), 'No promptd agent is running.');
	assert.equal(await found({ ...whole, start: start + 1 }), 'No promptd agent is running.');
	assert.equal(await processLives(process.pid, start), true);
	assert.equal(await processLives(process.pid, start - 1), false);
});

test('a process that ended and was not looked after is none', async () => {
	// The shell becomes a program that does not wait for the child it has.
	const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'],
		{ stdio: ['pipe', 'pipe', 'inherit'] });
	const [line] = await once(parent.stdout, 'data') as [Buffer];
	const pid = Number(line.toString()), its = Number(fieldsOf(pid)[19]);
	assert.equal(await processLives(pid, its), true);
	process.kill(pid, 'SIGKILL');
	while (fieldsOf(pid)[0] !== 'Z')
		await setImmediate();
	assert.equal(await processLives(pid, its), false);
	parent.kill();
});

test('a file that others may read or write is not trusted', async () => {
	for (const mode of [0o640, 0o604, 0o620, 0o666])
		assert.match(String(await found(whole, mode)), /is not trusted/);
});

test('a link is not followed', async () => {
	await found(whole);
	const other = join(home, 'other.json');
	writeFileSync(other, JSON.stringify(whole), { mode: 0o600 });
	rmSync(file);
	symlinkSync(other, file);
	const lookup = await findAgent(environment);
	assert.match('why' in lookup ? lookup.why : '', /cannot be read \(ELOOP\)/);
});

test('a directory that others may enter is not trusted', async () => {
	await found(whole);
	chmodSync(run, 0o755);
	const lookup = await findAgent(environment);
	chmodSync(run, 0o700);
	assert.match('why' in lookup ? lookup.why : '', /not this user's alone/);
});

test('a file with something else in it is not trusted', async () => {
	for (const text of ['', '{', '[]', '"x"', '7', 'null', '{}', ' '.repeat(9000)])
		assert.match(String(await found(text)), /is not trusted/, text);
	for (const wrong of [
		{ pid: 0 }, { pid: -1 }, { pid: '1' }, { pid: 1.5 }, { start: null }, { port: 0 },
		{ port: 65536 }, { port: '80' }, { token: '' }, { token: 'A'.repeat(64) },
		{ token: '0'.repeat(63) }, { token: 7 },
	])
		assert.match(String(await found({ ...whole, ...wrong })), /is not trusted/);
});

test('PROMPTD_HOME stands alone; else the session, the user, the state', () => {
	assert.deepEqual(runDirectories({ PROMPTD_HOME: '/p', XDG_RUNTIME_DIR: '/x' }), ['/p/run']);
	assert.deepEqual(runDirectories({ PROMPTD_HOME: 'p' }), []);
	assert.deepEqual(runDirectories({ HOME: '/h', XDG_RUNTIME_DIR: '/x' }),
		['/x/promptd', `/run/user/${uid}/promptd`, '/h/.local/state/promptd/run']);
	assert.deepEqual(runDirectories({ HOME: '/h', XDG_STATE_HOME: '/s', XDG_RUNTIME_DIR: 'x' }),
		[`/run/user/${uid}/promptd`, '/s/promptd/run']);
	assert.deepEqual(
		runDirectories({ HOME: '/h', XDG_RUNTIME_DIR: `/run/user/${uid}` }),
		[`/run/user/${uid}/promptd`, '/h/.local/state/promptd/run']);
});
