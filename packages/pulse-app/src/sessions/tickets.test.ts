import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RenderSession } from '../render/render-session.ts';
import { createTickets } from './rotation.ts';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

const by = { owner: 'sid' } as RenderSession;
const rotate = async () => 'next';

function begun() {
	const tickets = createTickets();
	let ticket = '';
	const outcome = tickets
		.wait(by, false, (given) => {
			ticket = given;
		})
		.then(
			() => 'done',
			(error: Error) => error.message,
		);
	return { tickets, outcome, ticket };
}

it('a browser that never comes fails the rotation', async () => {
	const { tickets, outcome, ticket } = begun();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(await outcome).toBe('The browser did not fetch its new session cookie.');
	expect(await tickets.redeem(ticket, 'sid', rotate)).toBeNull();
});

it('a slow store is not told as a browser that never came', async () => {
	const { tickets, outcome, ticket } = begun();
	void tickets.redeem(ticket, 'sid', () => new Promise((resolve) => setTimeout(resolve, 60_000, 'next')));
	await vi.advanceTimersByTimeAsync(60_000);
	expect(await outcome).toBe('done');
});

it('a ticket is good once, and for its own session alone', async () => {
	const { tickets, ticket } = begun();
	expect(await tickets.redeem(ticket, 'another', rotate)).toBeNull();
	expect(await tickets.redeem(ticket, 'sid', rotate)).not.toBeNull();
	expect(await tickets.redeem(ticket, 'sid', rotate)).toBeNull();
});
