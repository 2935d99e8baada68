// The Inspector's command line behind the face that tour.mjs drives: one process,
// one connection, one method a call. It cannot complete arguments, answer
// questions or wait for changes; those parts of the tour are not for it.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = dirname(createRequire(import.meta.url).resolve(
	'@modelcontextprotocol/inspector/package.json'));
const program = join(home, 'clients/launcher/build/index.js');
const TIMEOUT_MS = 30000;
const TOOL_FAILED = 5;
// Of our environment the server gets this and little else.
const PASSED_ON = ['PROMPTD_HOME', 'ASAN_OPTIONS', 'UBSAN_OPTIONS'];

function pairs(object) {
	return Object.entries(object ?? {}).map(([name, value]) => `${name}=${value}`);
}

export async function connect({ command, env, era }) {
	const settings = PASSED_ON.flatMap((name) => ['-e', `${name}=${env[name]}`]);
	const invoke = async (method, ...options) => {
		const { stdout } = await run(process.execPath, [program, '--cli', command, ...settings,
			'--protocol-era', era, '--format', 'json', '--method', method, ...options],
		{ env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
		return stdout;
	};
	// A tool that failed is told by an exit status beside its result.
	const called = (error) => {
		if (error.code !== TOOL_FAILED)
			throw error;
		return error.stdout;
	};
	const result = async (...options) => JSON.parse(await invoke(...options)).result;
	const named = (name, args, flag) =>
		(args && Object.keys(args).length > 0 ? [...name, flag, ...pairs(args)] : name);
	const first = await result('initialize');
	return {
		label: `Inspector, ${era}`,
		era,
		server: first.serverInfo,
		capabilities: first.capabilities ?? first.serverCapabilities,
		instructions: first.instructions,
		tools: async () => (await result('tools/list', '--strict')).tools,
		call: async (name, args) => JSON.parse(await invoke('tools/call', '--tool-name', name,
			'--tool-args-json', JSON.stringify(args)).catch(called)).result,
		prompts: async () => (await result('prompts/list')).prompts,
		prompt: (name, args) => result('prompts/get',
			...named(['--prompt-name', name], args, '--prompt-args')),
		resources: async () => (await result('resources/list')).resources,
		templates: async () => (await result('resources/templates/list')).resourceTemplates,
		read: async (uri) => (await result('resources/read', '--uri', uri)).contents,
		skills: async () => (await result('skills/list')).skills,
		skill: async (uri) => (await result('skills/get', '--uri', uri)).skill,
		// Exits with a status of its own when any skill is not as SEP-2640 wants it.
		verifyAll: async () => (await invoke('skills/list', '--verify', '--require-digests'))
			.trim().split('\n').map((line) => JSON.parse(line)),
		close: async () => {},
	};
}
