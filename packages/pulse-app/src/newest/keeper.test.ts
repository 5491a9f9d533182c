import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { App } from '../app.ts';
import { Arbiter } from '../testing/arbiter.ts';
import { serve } from '../testing/harness.ts';
import type { NewestTerm } from './term.ts';

/** What one process does in its terms, in order. */
class Worker {
	readonly did: string[] = [];
	term: NewestTerm | null = null;
	/** Resolved when work may end. */
	stopping: () => unknown = () => {};
	readonly start = (term: NewestTerm) => {
		this.term = term;
		this.did.push('start');
	};
	readonly stop = async () => {
		this.did.push('stop');
		await this.stopping();
		this.did.push('stopped');
	};

	get runs(): boolean {
		return this.term?.isHeld() === true;
	}
}

/** A process of deployment `id`. */
async function processOf(arbiter: Arbiter, id: string, stopSeconds?: number) {
	const worker = new Worker();
	const lines: Record<string, unknown>[] = [];
	const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
	const { app, running } = await serve({ plugins: [arbiter.plugin(id)] }, { logger });
	app.whenNewest(worker.start, worker.stop, stopSeconds === undefined ? {} : { stopSeconds });
	return { worker, app, running, lines };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = (condition: () => boolean) => expect.poll(condition, { interval: 5 }).toBe(true);

describe('work of whenNewest', () => {
	it('begins at once where there is no platform, once the app listens, and ends with it', async () => {
		const worker = new Worker();
		const app = new App({ listener: () => {} });
		app.whenNewest(worker.start, worker.stop);
		expect(worker.did).toEqual([]);
		const listen = () => app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env: {} });
		const first = await listen();
		await until(() => worker.runs);
		const { fence, signal } = worker.term!;
		const added = new Worker();
		app.whenNewest(added.start, added.stop);
		await until(() => added.term?.fence === fence);
		await first.close();
		expect([worker.did, added.did, signal.aborted]).toEqual([
			['start', 'stop', 'stopped'],
			['start', 'stop', 'stopped'],
			true,
		]);
		await pause(2);
		const second = await listen();
		await until(() => worker.runs);
		expect(worker.term!.fence).toBeGreaterThan(fence);
		await second.close();
	});

	it('never begins on a platform whose plugin cannot tell, which is in the log once', async () => {
		const lines: string[] = [];
		const logger = pino({}, { write: (line: string) => void lines.push(line) });
		const { app, running } = await serve({}, { logger, env: { PULSE_DEPLOYMENT_ID: 'v1' } });
		const worker = new Worker();
		app.whenNewest(worker.start);
		await pause(1_700);
		expect(worker.did).toEqual([]);
		expect(lines.filter((line) => line.includes('no plugin of this app can tell'))).toHaveLength(1);
		await running.close({ budgetMs: 0 });
	});

	it('runs on one replica of the newest deployment, and on the next when that one ends', async () => {
		const arbiter = new Arbiter('v1');
		const old = await processOf(arbiter, 'v0');
		const replicas = [await processOf(arbiter, 'v1'), await processOf(arbiter, 'v1')];
		await until(() => replicas.some(({ worker }) => worker.runs));
		await pause(200);
		const [first, second] = replicas.toSorted((a, b) => b.worker.did.length - a.worker.did.length);
		expect([first!.worker.did, second!.worker.did, old.worker.did]).toEqual([['start'], [], []]);
		const { fence } = first!.worker.term!;
		await first!.running.close();
		expect(first!.worker.did).toEqual(['start', 'stop', 'stopped']);
		await until(() => second!.worker.runs);
		expect(second!.worker.term!.fence).toBeGreaterThan(fence);
		expect(old.worker.did).toEqual([]);
	});

	it('is handed over at a promotion and back at a rollback, each time when the one before has ended', async () => {
		const arbiter = new Arbiter('v1');
		const [v1, v2] = [await processOf(arbiter, 'v1'), await processOf(arbiter, 'v2')];
		await until(() => v1.worker.runs);
		let end = () => {};
		v1.worker.stopping = () => new Promise<void>((resolve) => (end = resolve));
		arbiter.active = 'v2';
		await until(() => v1.worker.term!.signal.aborted);
		expect(v1.running.inUse().jobs).toBe(1);
		// Longer than the lease: it is prolonged for work that ends.
		await pause(2 * arbiter.leaseMs);
		expect([arbiter.holder, v2.worker.did]).toEqual(['v1', []]);
		end();
		await until(() => v2.worker.runs);
		expect(v1.worker.did).toEqual(['start', 'stop', 'stopped']);
		await expect.poll(() => v1.running.inUse().jobs).toBe(0);
		v1.worker.stopping = () => {};
		arbiter.active = 'v1';
		await until(() => v1.worker.runs);
		expect(v2.worker.did).toEqual(['start', 'stop', 'stopped']);
		expect(v1.worker.term!.fence).toBeGreaterThan(v2.worker.term!.fence);
	});

	it('that outlasts its term in a start that blocks is stopped, and so is what was begun beside it', async () => {
		const arbiter = new Arbiter('v1');
		const [v1] = [await processOf(arbiter, 'v1'), await processOf(arbiter, 'v1')];
		await until(() => v1.worker.runs);
		const blocking = new Worker();
		let held: boolean | null = null;
		v1.app.whenNewest((term) => {
			blocking.start(term);
			if (held !== null) return;
			const until = performance.now() + 2 * arbiter.leaseMs;
			while (performance.now() < until);
			held = term.isHeld();
		}, blocking.stop);
		await until(() => blocking.did.includes('stopped'));
		expect(held).toBe(false);
		expect(v1.worker.did.slice(0, 3)).toEqual(['start', 'stop', 'stopped']);
		expect(blocking.did.slice(0, 3)).toEqual(['start', 'stop', 'stopped']);
	});

	it('that does not end in its time is left behind, which is in the log', async () => {
		const arbiter = new Arbiter('v1');
		const [v1, v2] = [await processOf(arbiter, 'v1', 0.2), await processOf(arbiter, 'v2')];
		await until(() => v1.worker.runs);
		v1.worker.stopping = () => new Promise(() => {});
		arbiter.active = 'v2';
		await until(() => v2.worker.runs);
		expect(v1.worker.did).toEqual(['start', 'stop']);
		expect(v1.lines.filter(({ msg }) => /did not end in its time/.test(String(msg)))).toHaveLength(1);
		for (const stopSeconds of [0, -1, 301, Number.NaN]) {
			expect(() => v1.app.whenNewest(() => {}, undefined, { stopSeconds })).toThrow(/stopSeconds must be/);
		}
	});

	it('ends when nobody can tell any more, by the clock, and begins anew afterwards with another fence', async () => {
		const arbiter = new Arbiter('v1');
		const { worker, lines } = await processOf(arbiter, 'v1');
		await until(() => worker.runs);
		const { fence, signal } = worker.term!;
		arbiter.isDown = true;
		await until(() => signal.aborted);
		expect(arbiter.holder).toBe('v1');
		await until(() => worker.did.length === 3);
		await pause(arbiter.leaseMs);
		arbiter.isDown = false;
		await until(() => worker.runs);
		expect(worker.term!.fence).toBeGreaterThan(fence);
		expect(lines.filter(({ msg }) => /nobody can tell/.test(String(msg)))).toHaveLength(1);
	});

	it('whose lease was granted by an answer that came too late gives it back to the newer deployment', async () => {
		const arbiter = new Arbiter('v1');
		arbiter.losesAnswers = true;
		const v1 = await processOf(arbiter, 'v1');
		await until(() => arbiter.holder === 'v1');
		arbiter.active = 'v2';
		arbiter.losesAnswers = false;
		const v2 = await processOf(arbiter, 'v2');
		await until(() => v2.worker.runs);
		expect(v1.worker.did).toEqual([]);
	});

	it('of a process that stood still learns that it lost before anything else does', async () => {
		const arbiter = new Arbiter('v1', 200);
		const { worker } = await processOf(arbiter, 'v1');
		await until(() => worker.runs);
		const term = worker.term!;
		const standsStillUntil = performance.now() + 250;
		while (performance.now() < standsStillUntil);
		expect(term.signal.aborted).toBe(false);
		expect(term.isHeld()).toBe(false);
		expect(term.signal.aborted).toBe(true);
		await until(() => worker.runs);
		expect(worker.term!.fence).toBeGreaterThan(term.fence);
	});

	it('that fails is stopped and begun again, and does not end the process', async () => {
		const arbiter = new Arbiter('v1');
		const { app, lines } = await processOf(arbiter, 'v1');
		const did: string[] = [];
		app.whenNewest(
			async () => {
				did.push('start');
				if (did.length === 1) throw new Error('no database');
			},
			() => {
				did.push('stop');
				throw new Error('nothing to stop');
			},
		);
		await until(() => did.length === 3);
		expect(did).toEqual(['start', 'stop', 'start']);
		expect(lines.filter(({ level }) => level === 50).map(({ msg }) => msg)).toEqual([
			'work of whenNewest failed; again in 1 s',
			'the end of work of whenNewest failed',
		]);
	});

	it('may run until its signal aborts; what a start began after that is stopped once more', async () => {
		const arbiter = new Arbiter('v1');
		const { app, running, lines } = await processOf(arbiter, 'v1');
		const did: string[] = [];
		app.whenNewest(async ({ signal }) => {
			await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
		});
		app.whenNewest(
			async ({ signal }) => {
				await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
				await pause(50);
				did.push('began late');
			},
			() => did.push('stop'),
		);
		await until(() => arbiter.holder === 'v1');
		await pause(100);
		await running.close();
		expect(did).toEqual(['stop', 'began late', 'stop']);
		expect(arbiter.holder).toBeNull();
		expect(lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
	});
});
