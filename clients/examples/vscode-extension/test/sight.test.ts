import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sight } from '../src/ui/sight';

test('what the window shows is what is meant', () => {
	const sight = new Sight();
	sight.replace('', ['a', 'b', 'c'])();
	assert.deepEqual([0, 1, 2].map((row) => sight.isMeant(row)), [true, true, true]);
});

test('a row that was another prompt a moment ago is not', () => {
	const sight = new Sight();
	sight.replace('', ['a', 'b', 'c'])();
	const shown = sight.replace('x', ['c', 'a', undefined]);
	assert.equal(sight.isMeant(1), false);
	assert.equal(sight.isMeant(2), false);
	shown();
	assert.equal(sight.isMeant(1), true);
});

test('a row that stayed what it was is, and after typing the best is', () => {
	const sight = new Sight();
	sight.replace('', ['a', 'b', 'c'])();
	sight.replace('x', ['c', 'b']);
	assert.equal(sight.isMeant(1), true);
	assert.equal(sight.isMeant(0), true);
});

test('who presses Enter before there is a list means the best of it', () => {
	const sight = new Sight();
	sight.replace('', ['a', 'b']);
	assert.equal(sight.isMeant(0), true);
});

test('when the library changed the best is not taken for what was there before', () => {
	const sight = new Sight();
	sight.replace('x', ['a', 'b'])();
	const shown = sight.replace('x', ['new', 'a', 'b']);
	assert.equal(sight.isMeant(0), false);
	shown();
	assert.equal(sight.isMeant(0), true);
});

test('of several on the way each ends for itself', () => {
	const sight = new Sight();
	sight.replace('', ['a', 'b'])();
	const first = sight.replace('x', ['b', 'a']), second = sight.replace('xy', ['b', 'c']);
	first();
	assert.equal(sight.isMeant(1), false);
	second();
	assert.equal(sight.isMeant(1), true);
});
