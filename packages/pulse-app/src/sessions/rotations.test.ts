import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRotations } from './rotations.ts';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

const by = { owner: 'sid', proven: async () => {} };

function begun() {
	const rotations = createRotations();
	let ticket = '';
	const outcome = rotations
		.begin(by, false, (given) => {
			ticket = given;
		})
		.then(
			() => 'done',
			(error: Error) => error.message,
		);
	return { rotations, outcome, ticket };
}

it('a browser that never comes fails the rotation', async () => {
	const { rotations, outcome, ticket } = begun();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(await outcome).toBe('The browser did not fetch its new session cookie.');
	expect(rotations.redeem(ticket, 'sid')).toBeNull();
});

it('a slow store is not told as a browser that never came', async () => {
	const { rotations, outcome, ticket } = begun();
	const rotation = rotations.redeem(ticket, 'sid');
	await vi.advanceTimersByTimeAsync(60_000);
	rotation?.succeeded();
	expect(await outcome).toBe('done');
});

it('a ticket is good once, and for its own session alone', () => {
	const { rotations, ticket } = begun();
	expect(rotations.redeem(ticket, 'another')).toBeNull();
	expect(rotations.redeem(ticket, 'sid')).not.toBeNull();
	expect(rotations.redeem(ticket, 'sid')).toBeNull();
});
