// One way through everything that promptd serves over MCP, for every client that can
// be had (see client_*.mjs), in both eras. The library is the folder library/,
// imported by run.sh into PROMPTD_HOME; what a client's face lacks it skips.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const bin = process.argv[2];
const env = process.env;
const HEARD_MS = 10000;
const TOOLS = ['get_prompt', 'list_collections', 'record_prompt_result', 'search_prompts'];
const REVIEW = 'team/review-change';
const REVIEW_URI = `prompt://${REVIEW}`;
const SKILL_URI = `skill://${REVIEW}/SKILL.md`;

export async function promptd(...args) {
	const { stdout } = await run(join(bin, 'promptd'), args, { env });
	return stdout;
}

function textOf(result) {
	return result.content.map(({ text }) => text ?? '').join('\n');
}

const steps = {
	'says what it is': async (client, era) => {
		assert.equal(client.era, era);
		assert.equal(client.server.name, 'promptd');
		assert.match(client.instructions.slice(0, 240), /search_prompts/);
		assert.ok(client.instructions.length < 4000);
		for (const capability of ['tools', 'prompts', 'resources', 'completions'])
			assert.ok(client.capabilities[capability], capability);
		assert.ok(client.capabilities.extensions['io.modelcontextprotocol/skills']);
	},

	'lists its tools, annotated': async (client) => {
		const tools = await client.tools();
		assert.deepEqual(tools.map(({ name }) => name).sort(), TOOLS);
		for (const { description, annotations, inputSchema } of tools) {
			assert.ok(description.length > 40);
			assert.equal(inputSchema.type, 'object');
			assert.equal(annotations.openWorldHint, false);
			assert.equal(annotations.destructiveHint, false);
			assert.equal(typeof annotations.readOnlyHint, 'boolean');
		}
	},

	'finds a prompt': async (client) => {
		const found = await client.call('search_prompts', { query: 'faults in a change' });
		assert.ok(!found.isError);
		assert.match(textOf(found), new RegExp(REVIEW));
		const nothing = await client.call('search_prompts', { query: 'zzqqxx' });
		assert.ok(!nothing.isError);
		assert.doesNotMatch(textOf(nothing), /team\//);
	},

	'lists collections': async (client) => {
		const text = textOf(await client.call('list_collections', {}));
		assert.match(text, /team/);
		assert.match(text, /writing/);
	},

	'renders a prompt by its last part': async (client) => {
		const got = await client.call('get_prompt', { name: 'review-change',
			arguments: { change: 'a += 1', language: 'go', strict: true } });
		assert.ok(!got.isError);
		assert.match(textOf(got), /Review this go change: a \+= 1/);
		assert.match(textOf(got), /Refuse it when in doubt/);
	},

	'refuses a value that is not allowed': async (client) => {
		const got = await client.call('get_prompt', { name: REVIEW,
			arguments: { change: 'x', language: 'cobol' } });
		assert.equal(got.isError, true);
		assert.match(textOf(got), /language/);
	},

	'says what it does not know': async (client) => {
		const got = await client.call('get_prompt', { name: 'no-such-prompt' });
		assert.equal(got.isError, true);
		assert.match(textOf(got), /no-such-prompt/);
	},

	'gives a long prompt in parts': async (client) => {
		const parts = [];
		for (let part = 1; part < 20; part++) {
			const got = await client.call('get_prompt', { name: 'long-guide', part });
			assert.ok(!got.isError, textOf(got));
			assert.ok(textOf(got).length <= 12000);
			parts.push(textOf(got));
			if (/line 2000\b/.test(parts.at(-1)))
				break;
		}
		assert.ok(parts.length > 1);
		const numbers = [...parts.join('\n').matchAll(/^line (\d+)$/gm)].map(([, n]) => Number(n));
		assert.deepEqual(numbers, Array.from({ length: 2000 }, (_, i) => i + 1));
	},

	'takes a report': async (client) => {
		const report = await client.call('record_prompt_result', { name: REVIEW, rating: 5,
			success: true, notes: 'helped' });
		assert.ok(!report.isError, textOf(report));
		const wrong = await client.call('record_prompt_result', { name: REVIEW, rating: 6 });
		assert.equal(wrong.isError, true);
		assert.match(textOf(wrong), /rating/);
	},

	'offers prompts as prompts': async (client) => {
		const prompts = await client.prompts();
		const review = prompts.find(({ name }) => name === REVIEW);
		assert.equal(review.description.includes('Finds faults'), true);
		assert.deepEqual(review.arguments.map(({ name }) => name), ['change', 'language', 'strict']);
		assert.deepEqual(review.arguments.map(({ required }) => required ?? false),
			[true, false, false]);
		const { messages } = await client.prompt(REVIEW, { change: 'b' });
		assert.deepEqual(messages.map(({ role, content }) => [role, content.type]), [['user', 'text']]);
		assert.match(messages[0].content.text, /Review this c change: b/);
	},

	'offers prompts as resources': async (client) => {
		const resources = await client.resources();
		assert.ok(resources.some(({ uri }) => uri === REVIEW_URI));
		const templates = await client.templates();
		assert.ok(templates.some(({ uriTemplate }) => uriTemplate.startsWith('prompt://{')));
		const [content] = await client.read(REVIEW_URI);
		assert.equal(content.uri, REVIEW_URI);
		assert.match(content.text, /Review this c change: \{\{change\}\}/);
	},

	'offers prompts as skills': async (client) => {
		const skills = await client.skills();
		const skill = skills.find(({ uri }) => uri === SKILL_URI);
		assert.equal(skill.frontmatter.name, 'review-change');
		assert.equal(skill.frontmatter.description, 'Finds faults in a change before others do');
		assert.deepEqual((await client.skill(SKILL_URI)).resources, skill.resources);
		const [content] = await client.read(SKILL_URI);
		assert.equal(content.mimeType, 'text/markdown');
		assert.match(content.text, /^---\nname: "?review-change"?\n/);
		if (client.verified) {
			for (const entry of skills)
				assert.equal((await client.verified(entry)).verified, true);
		}
		if (client.verifyAll) {
			const reports = await client.verifyAll();
			assert.equal(reports.length, skills.length);
		}
		if (client.directory) {
			const names = (await client.directory(`skill://${REVIEW}`)).map(({ uri }) => uri);
			assert.deepEqual(names, [SKILL_URI]);
		}
	},

	'completes arguments': async (client) => {
		if (!client.complete)
			return 'cannot';
		const { values } = await client.complete({ type: 'ref/prompt', name: REVIEW },
			{ name: 'language', value: 'py' });
		assert.deepEqual(values, ['python']);
		return undefined;
	},

	'asks for what is missing': async (client) => {
		if (!client.asked)
			return 'cannot';
		const { messages } = await client.prompt(REVIEW, { language: 'python' });
		assert.match(messages[0].content.text, /Review this python change: told by the user/);
		assert.equal(client.asked.length, 1);
		const { properties, required } = client.asked[0].requestedSchema;
		assert.ok(properties.change && !properties.language);
		assert.deepEqual(required, ['change']);
		return undefined;
	},

	'tells of changes made by another process': async (client) => {
		if (!client.watch)
			return 'cannot';
		const heard = [];
		let wake = () => {};
		await client.watch(REVIEW_URI, (kind, uri) => {
			heard.push(uri ? `${kind} ${uri}` : kind);
			wake();
		});
		const folder = join(env.TOUR_LIBRARY, 'team');
		writeFileSync(join(folder, 'review-change.prompt.md'),
			`---\ntitle: Review a change\ndescription: Finds faults in a change before others do\n` +
			`tags: [review, tour]\ncollection: team\ninputs:\n  - name: change\n` +
			`    required: true\n  - name: language\n    enum: [c, python, go]\n    default: c\n` +
			`  - name: strict\n    type: boolean\n    default: false\n---\n` +
			`Review this {{language}} change: {{change}}\n{{#strict}}Refuse it when in doubt` +
			`{{/strict}}\nVersion of ${client.label}.\n`);
		await promptd('import', env.TOUR_LIBRARY);
		const deadline = new Promise((_, reject) => setTimeout(reject, HEARD_MS,
			new Error('nothing heard')).unref());
		deadline.catch(() => {}); // it passes also when all was heard before
		while (!heard.includes(`resource ${REVIEW_URI}`) || !heard.includes('prompts'))
			await Promise.race([deadline, new Promise((resolve) => { wake = resolve; })]);
		const [content] = await client.read(REVIEW_URI);
		assert.match(content.text, new RegExp(`Version of ${client.label}`));
		await client.unwatch(REVIEW_URI);
		return undefined;
	},
};

// With somebody to ask.
function elicitor() {
	const asked = [];
	const elicit = (params) => {
		asked.push(params);
		return { action: 'accept', content: { change: 'told by the user' } };
	};
	return { asked, elicit };
}

// How many steps failed. asks: the client can put a question to its user.
export async function tour(connect, { asks = true, ...options }) {
	const { asked, elicit } = elicitor();
	const client = await connect({ env, elicit, ...options });
	if (asks)
		client.asked = asked;
	let failed = 0;
	for (const [name, step] of Object.entries(steps)) {
		try {
			const outcome = await step(client, options.era);
			console.log(`${outcome ? `-- (${outcome})` : 'ok'} ${client.label}: ${name}`);
		} catch (error) {
			failed++;
			console.log(`FAILED ${client.label}: ${name}\n${error.stack}`);
		}
	}
	await client.close();
	return failed;
}

export function finish(failed) {
	console.log(failed === 0 ? 'all passed' : `${failed} failed`);
	process.exit(failed === 0 ? 0 : 1);
}
