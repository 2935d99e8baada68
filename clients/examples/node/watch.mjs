// What changes in the library, told as it happens; also across a restart of the agent.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './agent.mjs';

function showChanges(known, now) {
	for (const name of [...new Set([...known.keys(), ...now.keys()])].sort()) {
		if (JSON.stringify(known.get(name)) === JSON.stringify(now.get(name))) continue;
		console.log(!now.has(name) ? '-' : known.has(name) ? '~' : '+', name);
	}
}

// Until the connection ends. looks holds the list as it was when we last looked.
async function watchOnce(transport, names, looks) {
	let turn = Promise.resolve();
	const look = async ({ method, params }) => {
		if (method === 'notifications/resources/updated')
			return console.log('updated', params.uri.replace(/^prompt:\/\//, ''));
		const now = await agent.prompts();
		if (looks.length) showChanges(looks.pop(), now);
		looks.push(now);
		if (method.endsWith('/acknowledged')) console.log(`watching ${now.size} prompts`);
	};
	const hear = (message) => { turn = turn.then(() => look(message)).catch(agent.end); };
	const agent = await Agent.open(transport, hear);
	const wishes = { promptsListChanged: true, resourceSubscriptions: names.map((n) => `prompt://${n}`) };
	agent.request('subscriptions/listen', { notifications: wishes }).catch(agent.end);
	throw await agent.ended;
}

export async function watch(transport, ...names) {
	const looks = [];
	for (let told = ''; ; await sleep(500)) {
		const { message } = await watchOnce(transport, names, looks).catch((error) => error);
		if (message !== told) console.error('waiting:', message);
		told = message;
	}
}
