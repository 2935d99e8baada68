/** What a person types for an input: is it legal, and what is sent? The agent has
 * the last word; this is so that a slip is told while it is made. */
import type { Input } from './prompts';

const INTEGER = /^[+-]?[0-9]+$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const INT64_MAX = 2n ** 63n - 1n;

function isInteger(text: string): boolean {
	if (!INTEGER.test(text))
		return false;
	const number = BigInt(text.replace(/^\+/, ''));
	return number <= INT64_MAX && number >= -INT64_MAX - 1n;
}

/** Why this will not do; undefined when it will. */
export function faultOf(input: Input, text: string): string | undefined {
	const value = input.type === 'string' ? text : text.trim();
	if (value === '')
		return input.required ? `${input.name} is needed.` : undefined;
	if (value.includes('\0'))
		return `${input.name} holds a NUL.`;
	if (input.type === 'integer' && !isInteger(value))
		return `${input.name} must be a whole number.`;
	if (input.type === 'number' && !NUMBER.test(value))
		return `${input.name} must be a number, e.g. 0.5.`;
	if (input.choices.length > 0 && !input.choices.includes(value))
		return `${input.name} must be one of: ${input.choices.join(', ')}`;
	return undefined;
}

/** The value to send; undefined leaves it to the prompt. A text that was emptied,
 * though it has a default, is meant to be empty. */
export function valueOf(input: Input, text: string): string | undefined {
	const value = input.type === 'string' ? text : text.trim();
	if (value !== '')
		return value;
	return input.type === 'string' && input.initial !== undefined && input.initial !== ''
		? '' : undefined;
}

/** What can be picked instead of typed; none for free text. The default is first. */
export function choicesOf(input: Input): readonly string[] {
	const all = input.type === 'boolean' && input.choices.length === 0
		? ['true', 'false'] : input.choices;
	const first = input.initial;
	if (first === undefined || !all.includes(first))
		return all;
	return [first, ...all.filter((choice) => choice !== first)];
}
