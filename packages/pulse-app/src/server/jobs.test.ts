import { setImmediate as immediately } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { App } from '../app.ts';
import { serve } from '../testing/harness.ts';

/** Rejections without a handler, which would end a process. */
function unhandled(): unknown[] {
	const seen: unknown[] = [];
	const note = (error: unknown) => void seen.push(error);
	process.on('unhandledRejection', note);
	onTestFinished(() => void process.off('unhandledRejection', note));
	return seen;
}

function deferred<T>() {
	let resolve!: (value: T) => void;
	let reject!: (error: Error) => void;
	const promise = new Promise<T>((done, failed) => {
		resolve = done;
		reject = failed;
	});
	return { promise, resolve, reject };
}

describe('work that app.busy is given (decision 21)', () => {
	it('holds the app until it ends, well or not', async () => {
		const { app, running } = await serve();
		const [first, second] = [deferred<string>(), deferred<void>()];
		expect(app.busy(first.promise)).toBe(first.promise);
		const failing = app.busy(() => second.promise);
		expect(running.inUse()).toMatchObject({ jobs: 2, requests: 0, sockets: 0 });
		first.resolve('done');
		await expect.poll(() => running.inUse().jobs).toBe(1);
		second.reject(new Error('out of paper'));
		await expect(failing).rejects.toThrow('out of paper');
		await expect.poll(() => running.inUse().jobs).toBe(0);
	});

	it('returns what it returns, throws what it throws to its caller alone, and ends no process where nobody looks', async () => {
		const seen = unhandled();
		const { app, running } = await serve();
		expect(await app.busy(() => 7)).toBe(7);
		const thrown = app.busy(() => {
			throw new Error('at once');
		});
		await expect(thrown).rejects.toThrow('at once');
		void app.busy(async () => {
			throw new Error('nobody looks');
		});
		void app.busy(Promise.reject(new Error('nobody looks here either')));
		await immediately();
		await immediately();
		expect(seen).toEqual([]);
		expect(running.inUse().jobs).toBe(0);
	});

	it('is waited for when the app is told to end, within its time', async () => {
		const { app, running } = await serve();
		const turn = deferred<void>();
		void app.busy(turn.promise);
		let closed = false;
		const closing = running.close({ budgetMs: 20_000 }).then(() => {
			closed = true;
		});
		await new Promise((resolve) => setTimeout(resolve, 700));
		expect(closed).toBe(false);
		turn.resolve();
		await closing;
		const other = await serve();
		void other.app.busy(new Promise(() => {}));
		await other.running.close({ budgetMs: 100 });
	});

	it('goes on where the app does not listen', async () => {
		const app = new App({ listener: () => {} });
		expect(await app.busy(async () => 'done')).toBe('done');
	});
});
