import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { CancelledError } from '../errors.ts';
import type { Action } from './action.ts';
import { OrderDesk, type OrderDeskOptions } from './order-desk.ts';

const ROLLBACK = { verb: 'rollback', id: null, flags: {} } as const;
const QUESTION = { text: 'go on?', default: true };

function deskWith(carryOut: OrderDeskOptions['carryOut'], more: Partial<OrderDeskOptions> = {}) {
	const seen: Action[] = [];
	const stop = new AbortController();
	const desk = new OrderDesk({
		tool: 'pulse-railway',
		carryOut,
		onChange: (action) => void seen.push(action),
		isWatched: () => true,
		clock: systemClock,
		signal: stop.signal,
		unwatchedMs: 50,
		...more,
	});
	const asks = async () => {
		await vi.waitFor(() => expect(desk.action?.phase).toBe('asking'));
		return desk.action!;
	};
	return { desk, seen, stop, asks };
}

describe('what is done for a page', () => {
	it('is shown as the command plans it, asked as the command asks it, and told to its end', async () => {
		const { desk, seen, asks } = deskWith(async (_order, host) => {
			host.notify({ level: 'info', text: 'Roll back to one\n  1. Send new visitors to one' });
			if (!(await host.ask(QUESTION))) throw new CancelledError('Declined; nothing was changed.');
			host.notify({ level: 'step', id: 'promote', state: 'started', text: 'Send' });
			host.notify({ level: 'step', id: 'promote', state: 'done', text: 'Sent' });
			return { json: null, text: 'one is active' };
		});
		expect(desk.begin(ROLLBACK)).toBe(true);
		const { key, question, said, command } = await asks();
		expect([command, said, question?.text]).toEqual([
			'pulse-railway rollback',
			['Roll back to one\n  1. Send new visitors to one'],
			'go on?',
		]);
		expect(desk.answer(key, question!.number, true)).toBe(true);
		await desk.settled();
		expect(desk.action).toMatchObject({ phase: 'done', outcome: 'one is active' });
		expect(desk.action?.steps).toEqual([{ id: 'promote', state: 'done', text: 'Sent' }]);
		expect(seen.map(({ phase }) => phase)).toEqual([
			'planning',
			'planning',
			'asking',
			'working',
			'working',
			'working',
			'done',
		]);
	});

	it('is one thing at a time', async () => {
		const { desk, asks } = deskWith(async (_order, host) => {
			await host.ask(QUESTION);
			return { json: null };
		});
		desk.begin(ROLLBACK);
		const { key, question } = await asks();
		expect(desk.begin(ROLLBACK)).toBe(false);
		desk.answer(key, question!.number, true);
		await desk.settled();
		expect(desk.begin(ROLLBACK)).toBe(true);
	});

	it('is agreed to by the answer to the question that stands, never by one to a plan that was another', async () => {
		const { desk, asks } = deskWith(async (_order, host) => {
			await host.ask(QUESTION);
			host.notify({ level: 'warning', text: 'Something changed while you were asked. The plan is now:' });
			return { json: null, text: (await host.ask(QUESTION)) ? 'done' : 'declined' };
		});
		desk.begin(ROLLBACK);
		const first = await asks();
		desk.answer(first.key, first.question!.number, true);
		await vi.waitFor(() => expect(desk.action?.question?.number).toBe(first.question!.number + 1));
		expect(desk.action?.said).toEqual(['Warning: Something changed while you were asked. The plan is now:']);
		expect(desk.answer(first.key, first.question!.number, true)).toBe(false);
		expect(desk.answer('another', first.question!.number + 1, true)).toBe(false);
		desk.answer(first.key, first.question!.number + 1, false);
		await desk.settled();
		expect(desk.action?.outcome).toBe('declined');
	});

	it('is declined where every page that could answer is gone', async () => {
		const { desk } = deskWith(async (_order, host) => ({ json: null, text: String(await host.ask(QUESTION)) }), {
			isWatched: () => false,
		});
		desk.begin(ROLLBACK);
		await vi.waitFor(() => expect(desk.action?.outcome).toBe('false'));
	});

	it('is declined where nobody answers in the time that the command gives', async () => {
		const { desk } = deskWith(async (_order, host) => ({
			json: null,
			text: String(await host.ask({ ...QUESTION, budgetMs: 60 })),
		}));
		desk.begin(ROLLBACK);
		await vi.waitFor(() => expect(desk.action?.outcome).toBe('false'));
	});

	it.each(['the page', 'the command that serves it'])('hears of an interruption by %s as of a Ctrl-C', async (by) => {
		const { desk, stop } = deskWith(async (_order, _host, signal) => {
			await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new CancelledError('Undone.'))));
			return { json: null };
		});
		desk.begin(ROLLBACK);
		if (by === 'the page') expect(desk.interrupt(desk.action!.key)).toBe(true);
		else stop.abort();
		await desk.settled();
		expect(desk.action).toMatchObject({ phase: 'failed', outcome: 'Undone.' });
	});

	it('says what failed with the next command, and shows no control sequence', async () => {
		const { desk } = deskWith(async (_order, host) => {
			host.notify({ level: 'info', text: '\u001b[2Jplan' });
			return { json: null, text: 'done', exitCode: 1 };
		});
		desk.begin(ROLLBACK);
		await desk.settled();
		expect(desk.action).toMatchObject({ phase: 'failed', said: ['plan'] });
	});
});
