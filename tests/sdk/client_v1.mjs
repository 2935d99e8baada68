// The clients of SDK 1 behind the face that tour.mjs drives: the handshake
// revisions over stdio, or over the transport that is given.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
	ElicitRequestSchema,
	PromptListChangedNotificationSchema,
	ResourceUpdatedNotificationSchema,
	ResultSchema,
} from '@modelcontextprotocol/sdk/types.js';

export async function connect({ command, env, elicit, transport, over = '' }) {
	const capabilities = elicit ? { elicitation: {} } : {};
	const client = new Client({ name: 'tour-v1', version: '1.0.0' }, { capabilities });
	if (elicit)
		client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params));
	await client.connect(transport ?? new StdioClientTransport({ command, env, stderr: 'inherit' }));
	const heard = (schema, listener) => client.setNotificationHandler(schema, listener);
	return {
		label: `SDK 1, handshake${over}`,
		era: 'legacy',
		server: client.getServerVersion(),
		capabilities: client.getServerCapabilities(),
		instructions: client.getInstructions(),
		tools: async () => (await client.listTools()).tools,
		call: (name, args) => client.callTool({ name, arguments: args }),
		prompts: async () => (await client.listPrompts()).prompts,
		prompt: (name, args) => client.getPrompt({ name, arguments: args }),
		resources: async () => (await client.listResources()).resources,
		templates: async () => (await client.listResourceTemplates()).resourceTemplates,
		read: async (uri) => (await client.readResource({ uri })).contents,
		complete: async (ref, argument, context) =>
			(await client.complete({ ref, argument, context })).completion,
		skills: async () =>
			(await client.request({ method: 'skills/list', params: {} }, ResultSchema)).skills,
		skill: async (uri) =>
			(await client.request({ method: 'skills/get', params: { uri } }, ResultSchema)).skill,
		// listener(kind, uri) for every change of the lists and of that resource.
		watch: async (uri, listener) => {
			heard(PromptListChangedNotificationSchema, () => listener('prompts'));
			heard(ResourceUpdatedNotificationSchema, ({ params }) =>
				listener('resource', params.uri));
			await client.subscribeResource({ uri });
		},
		unwatch: (uri) => client.unsubscribeResource({ uri }),
		close: () => client.close(),
	};
}
