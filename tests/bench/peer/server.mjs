// A prompt server as one writes it with the Node SDK: every prompt of a folder of
// CSV files (or of a small list) registered, and one search tool. Nothing is recorded.
//
//	node server.mjs [FOLDER]
import { readdirSync, readFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const prompts = process.argv[2]
	? readdirSync(process.argv[2])
			.flatMap((file) =>
				readFileSync(`${process.argv[2]}/${file}`, 'utf8').trimEnd().split('\n').slice(1),
			)
			.map((line) => /^"([^"]*)","([^"]*)"$/.exec(line))
			.map(([, title, text]) => ({ title, text }))
	: Array.from({ length: 20 }, (_, i) => ({ title: `prompt ${i}`, text: 'text '.repeat(200) }));

const server = new McpServer({ name: 'peer', version: '1.0.0' });
for (const { title, text } of prompts) {
	server.registerPrompt(title.replaceAll(' ', '-'), { title, description: title }, () => ({
		messages: [{ role: 'user', content: { type: 'text', text } }],
	}));
}
server.registerTool(
	'search_prompts',
	{
		description: 'Search the prompts',
		inputSchema: { query: z.string(), limit: z.number().int().optional() },
	},
	({ query, limit = 20 }) => {
		const found = prompts.filter(({ title }) => title.includes(query)).slice(0, limit);
		return { content: [{ type: 'text', text: JSON.stringify(found.map((p) => p.title)) }] };
	},
);
await server.connect(new StdioServerTransport());
