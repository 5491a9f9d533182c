import { describe, expect, test } from 'vitest';
import { checkPage, type PageCheck, pagePath, pinned, type Version } from './check-page.ts';
import { type Clock, systemClock } from './clock.ts';

const signal = new AbortController().signal;

function timeless(): Clock {
	let now = 0;
	return {
		now: () => now,
		sleep: async (ms) => {
			now += ms;
		},
	};
}

type Answers = readonly (number | null | Error)[];

/** Each version answers its list, one after the other, and stays at the last. */
function asking(
	answers: Readonly<Record<Version, Answers>>,
	lines: readonly string[] | Error = ['no database'],
	isActive = false,
) {
	const asked: Version[] = [];
	const check: PageCheck = {
		path: '/',
		id: 'new-1',
		isActive,
		clock: timeless(),
		signal,
		async ask(version) {
			const mine = answers[version];
			const answer = mine[Math.min(asked.filter((one) => one === version).length, mine.length - 1)];
			asked.push(version);
			if (answer instanceof Error) throw answer;
			return answer ?? null;
		},
		lastLines: async () => (lines instanceof Error ? Promise.reject(lines) : lines),
	};
	return { asked, outcome: checkPage(check) };
}

describe('a page', () => {
	test.each([200, 302, 401, 403, 404, 409, 499])(
		'that answers %i is fine, and the active version is not asked',
		async (status) => {
			const { asked, outcome } = asking({ new: [status], active: [500] });
			expect(await outcome).toEqual({ kind: 'fine', text: `/ answers status ${status}` });
			expect(asked).toEqual(['new']);
		},
	);

	test.each([500, 502, 503, 599])('that answers %i where the active one does not is refused', async (status) => {
		const { outcome } = asking({ new: [status], active: [404] });
		await expect(outcome).rejects.toMatchObject({
			code: 'page-failed',
			fault: 'app',
			message: `/ of new-1 gives status ${status}.`,
			detail: expect.stringContaining('| no database'),
		});
	});

	test('may fail for a moment', async () => {
		const { asked, outcome } = asking({ new: [500, 500, 200], active: [200] });
		expect((await outcome).kind).toBe('fine');
		expect(asked).toEqual(['new', 'new', 'new']);
	});

	test('that was as bad before is told, not refused', async () => {
		expect(await asking({ new: [500], active: [502] }).outcome).toEqual({
			kind: 'as-before',
			text: '/ gives status 500 on new-1, and status 502 on the active version.',
		});
		expect((await asking({ new: [new Error('reset')], active: [new Error('reset')] }).outcome).kind).toBe('as-before');
	});

	test('that fails where nothing was active is refused', async () => {
		await expect(asking({ new: [500], active: [null] }).outcome).rejects.toMatchObject({ code: 'page-failed' });
	});

	test('that fails on the first version of all, which is active already, is told so', async () => {
		const { asked, outcome } = asking({ new: [503], active: [200] }, undefined, true);
		await expect(outcome).rejects.toMatchObject({
			code: 'page-failed',
			detail: expect.stringContaining('it is active, because nothing was before it'),
		});
		expect(new Set(asked)).toEqual(new Set(['new']));
	});

	test('that nobody answers is refused, with the reason', async () => {
		await expect(asking({ new: [new Error('socket hang up')], active: [200] }).outcome).rejects.toThrow(
			'/ of new-1 gives no answer (socket hang up).',
		);
	});

	test('has a failure of its own told where the log cannot be had', async () => {
		await expect(asking({ new: [500], active: [200] }, new Error('no log')).outcome).rejects.toMatchObject({
			code: 'page-failed',
			detail: expect.stringContaining('The app has logged nothing yet.'),
		});
	});

	test('that is slow has a budget, after which it is not asked again', async () => {
		const asked: Version[] = [];
		const outcome = checkPage({
			path: '/',
			id: 'new-1',
			budgetMs: 100,
			clock: systemClock,
			signal,
			async ask(version, until) {
				asked.push(version);
				if (version === 'active') return 200;
				return new Promise((_, reject) => until.addEventListener('abort', () => reject(until.reason), { once: true }));
			},
			lastLines: async () => [],
		});
		await expect(outcome).rejects.toThrow('/ of new-1 gives no answer within 0.1 s.');
		expect(asked).toEqual(['new', 'active']);
	});

	test('is given up on Ctrl-C', async () => {
		const abort = new AbortController();
		const outcome = checkPage({
			path: '/',
			id: 'new-1',
			clock: timeless(),
			signal: abort.signal,
			ask: async () => {
				abort.abort(new Error('stopped'));
				throw new Error('aborted');
			},
			lastLines: async () => [],
		});
		await expect(outcome).rejects.toThrow('stopped');
	});
});

test('a page is pinned behind what its address asks already', () => {
	expect(pinned('/', 'pulse_deployment', 'a-1')).toBe('/?pulse_deployment=a-1');
	expect(pinned('/shop?x=1#top', 'pulse_deployment', 'a-1')).toBe('/shop?x=1&pulse_deployment=a-1');
});

test.each(['shop', '//evil.example', '/a b', '', undefined])('%j is no path of a page', (raw) => {
	expect(() => pagePath(raw)).toThrow('must begin with one /');
});
