// The client of SDK 2 behind the face that tour.mjs drives, in either era: the
// modern one is found by asking (server/discover), not demanded. Skills go through
// its SkillsClient, which verifies size, digest and front matter.

import { Client } from '@modelcontextprotocol/client';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

export async function connect({ command, env, elicit, era, transport, over = '' }) {
	const client = new Client({ name: 'tour-v2', version: '1.0.0' }, {
		capabilities: elicit ? { elicitation: { form: {} } } : {},
		versionNegotiation: { mode: era === 'modern' ? 'auto' : 'legacy' },
	});
	if (elicit)
		client.setRequestHandler('elicitation/create', ({ params }) => elicit(params));
	await client.connect(transport ?? new StdioClientTransport({ command, env, stderr: 'inherit' }));
	const skills = new SkillsClient(client);
	let subscription = null;
	return {
		label: `SDK 2, ${era}${over}`,
		era: client.getProtocolEra(),
		server: client.getServerVersion(),
		capabilities: client.getServerCapabilities(),
		instructions: client.getInstructions(),
		tools: async () => (await client.listTools()).tools,
		call: (name, args) => client.callTool({ name, arguments: args }),
		prompts: async () => (await client.listPrompts()).prompts,
		prompt: (name, args) => client.getPrompt({ name, arguments: args }),
		resources: async () => (await client.listResources()).resources,
		templates: async () => (await client.listResourceTemplates()).resourceTemplates,
		read: async (uri) => (await client.readResource({ uri }, { cacheMode: 'refresh' })).contents,
		complete: async (ref, argument, context) =>
			(await client.complete({ ref, argument, context })).completion,
		skills: async () => (await skills.list()).skills,
		skill: async (uri) => (await skills.get(uri)).skill,
		verified: (entry) => skills.read(entry),
		directory: async (uri) => (await skills.readDirectory(uri)).resources,
		watch: async (uri, listener) => {
			client.setNotificationHandler('notifications/prompts/list_changed',
				() => listener('prompts'));
			client.setNotificationHandler('notifications/resources/updated',
				({ params }) => listener('resource', params.uri));
			if (era !== 'modern')
				return client.subscribeResource({ uri });
			subscription = await client.listen({ promptsListChanged: true,
				resourceSubscriptions: [uri] });
			return subscription.honoredFilter;
		},
		unwatch: (uri) => (era === 'modern' ? subscription.close()
			: client.unsubscribeResource({ uri })),
		close: () => client.close(),
	};
}
