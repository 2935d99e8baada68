import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOf, faultOf, valueOf } from '../src/agent/inputs';
import type { Input } from '../src/agent/prompts';

function input(of: Partial<Input>): Input {
	return {
		name: 'x', type: 'string', required: false, description: '', initial: undefined,
		choices: [], ...of,
	};
}

test('a needed value is asked for, another may be left out', () => {
	assert.equal(faultOf(input({ required: true }), ''), 'x is needed.');
	assert.equal(faultOf(input({ required: true }), ' '), undefined);
	assert.equal(faultOf(input({ required: true, type: 'integer' }), ' '), 'x is needed.');
	assert.equal(faultOf(input({}), ''), undefined);
});

test('numbers are what the agent takes for one', () => {
	const integer = input({ type: 'integer' }), number = input({ type: 'number' });
	for (const text of ['0', '-7', ' 12 ', '9223372036854775807', '-9223372036854775808'])
		assert.equal(faultOf(integer, text), undefined, text);
	for (const text of ['1.5', 'x', '1e3', '0x10', '9223372036854775808', '--1', '1 2'])
		assert.notEqual(faultOf(integer, text), undefined, text);
	for (const text of ['0', '-0.5', '1e3', '1.25E-2', ' 3 '])
		assert.equal(faultOf(number, text), undefined, text);
	for (const text of ['.5', '1.', '01', 'NaN', 'Infinity', '1,5', '+1', '0x1'])
		assert.notEqual(faultOf(number, text), undefined, text);
});

test('a value that is none of the choices is refused', () => {
	const one = input({ choices: ['a', 'b'] });
	assert.equal(faultOf(one, 'a'), undefined);
	assert.equal(faultOf(one, 'c'), 'x must be one of: a, b');
	assert.equal(faultOf(input({}), 'a\0b'), 'x holds a NUL.');
});

test('what is sent: text as it stands, the rest without blanks, nothing for nothing', () => {
	assert.equal(valueOf(input({}), '  a '), '  a ');
	assert.equal(valueOf(input({ type: 'integer' }), ' 7 '), '7');
	assert.equal(valueOf(input({}), ''), undefined);
	assert.equal(valueOf(input({ initial: 'd' }), ''), '');
	assert.equal(valueOf(input({ type: 'integer', initial: '3' }), ''), undefined);
});

test('choices: the default first, true and false for a boolean, none for free text', () => {
	assert.deepEqual(choicesOf(input({ choices: ['a', 'b', 'c'], initial: 'b' })), ['b', 'a', 'c']);
	assert.deepEqual(choicesOf(input({ type: 'boolean', initial: 'false' })), ['false', 'true']);
	assert.deepEqual(choicesOf(input({ type: 'boolean' })), ['true', 'false']);
	assert.deepEqual(choicesOf(input({ initial: 'x' })), []);
});
