/** The library as this client uses it: search, text, the values an input takes. */
import { integerOf, listOf, objectOf, textOf, textsOf } from './decode';
import { RpcError, type Rpc } from './rpc';

export type InputType = 'string' | 'number' | 'integer' | 'boolean';

export interface Input {
	readonly name: string;
	readonly type: InputType;
	readonly required: boolean;
	readonly description: string;
	readonly initial: string | undefined;
	readonly choices: readonly string[];
}

export interface Prompt {
	readonly name: string;
	readonly title: string;
	readonly description: string;
	readonly collection: string;
	readonly tags: readonly string[];
	readonly version: number;
	readonly inputs: readonly Input[];
}

export interface Found {
	readonly prompts: readonly Prompt[];
	/** There are more than were asked for. */
	readonly more: boolean;
}

const FOUND_MAX = 50;
const QUERY_MAX = 500;

function typeOf(value: unknown): InputType {
	return value === 'number' || value === 'integer' || value === 'boolean' ? value : 'string';
}

function inputOf(value: unknown): Input {
	const input = objectOf(value);
	return {
		name: textOf(input['name']) ?? '',
		type: typeOf(input['type']),
		required: input['required'] === true,
		description: textOf(input['description']) ?? '',
		initial: textOf(input['default']),
		choices: textsOf(input['enum']),
	};
}

function promptOf(value: unknown): Prompt {
	const prompt = objectOf(value), name = textOf(prompt['name']) ?? '';
	return {
		name,
		title: textOf(prompt['title']) ?? name,
		description: textOf(prompt['description']) ?? '',
		collection: textOf(prompt['collection']) ?? '',
		tags: textsOf(prompt['tags']),
		version: integerOf(prompt['version']) ?? 0,
		inputs: listOf(prompt['arguments']).map(inputOf),
	};
}

/** The best for a query; for an empty one those that are used most. */
export async function searchPrompts(rpc: Rpc, query: string, signal?: AbortSignal): Promise<Found> {
	const words = Array.from(query.trim()).slice(0, QUERY_MAX).join('');
	const result = objectOf(await rpc.request('tools/call', {
		name: 'search_prompts',
		arguments: { limit: FOUND_MAX, ...words === '' ? {} : { query: words } },
	}, signal));
	if (result['isError'] === true)
		throw new RpcError(0, textOf(objectOf(listOf(result['content'])[0])['text']) ?? 'failed');
	const found = objectOf(result['structuredContent']);
	return { prompts: listOf(found['prompts']).map(promptOf), more: found['more'] === true };
}

/** The text with its values filled in; several messages with an empty line between,
 * as `promptd render` prints them. */
export async function renderPrompt(
	rpc: Rpc, name: string, values: Readonly<Record<string, string>>,
): Promise<string> {
	const result = objectOf(await rpc.request('prompts/get', { name, arguments: values }));
	return listOf(result['messages'])
		.map((message) => textOf(objectOf(objectOf(message)['content'])['text']) ?? '')
		.join('\n\n');
}

/** The text as it stands, with its variables still open. */
export async function readPrompt(rpc: Rpc, name: string): Promise<string> {
	const result = objectOf(await rpc.request('resources/read', { uri: `prompt://${name}` }));
	return textOf(objectOf(listOf(result['contents'])[0])['text']) ?? '';
}
