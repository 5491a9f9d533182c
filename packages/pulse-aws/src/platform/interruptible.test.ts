import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { Guard } from 'pulse-deploy-kit/plan/guard';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Aws } from './aws.ts';
import { guardedWrites, interruptible } from './interruptible.ts';

const closing: (() => void)[] = [];
afterEach(() => {
	for (const close of closing.splice(0)) close();
});

/** The SDK before a service that loses its first answer while this machine sleeps; `theirs`: another run came meanwhile. */
async function opened(theirs: boolean) {
	let requests = 0;
	let asked = 0;
	let held = true;
	const guard: Guard = {
		async confirm() {
			if (++asked > 1 && theirs) throw new Error('another run has it');
			held = true;
		},
		holds: () => held,
	};
	const server = createServer(async (request, response) => {
		request.resume();
		if (++requests > 1) return void response.end('{}');
		held = false;
		await delay(400);
		response.destroy();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const logs = new CloudWatchLogs({
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		region: 'eu-west-1',
		credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
		retryMode: 'adaptive',
		maxAttempts: 8,
	});
	closing.push(
		() => logs.destroy(),
		() => server.close(),
	);
	return { logs: guardedWrites({ logs } as Partial<Aws> as Aws, guard).logs, requests: () => requests };
}

test('many reads at once on any signal warn nobody of a leak', async () => {
	const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
	const listening = (_input: unknown, options: { abortSignal?: AbortSignal } = {}) =>
		new Promise((_, reject) => options.abortSignal?.addEventListener('abort', reject, { once: true }));
	const stop = new AbortController();
	const aws = { sts: { getCallerIdentity: listening } } as unknown as Pick<Aws, 'sts'>;
	// Of a run that holds a lock, of a report with a budget: made of the one that the command was given.
	const { sts } = interruptible(aws, AbortSignal.any([new AbortController().signal, stop.signal]));
	const reads = Array.from({ length: 20 }, () => sts.getCallerIdentity({}).catch(() => 'ended'));
	stop.abort();
	expect(new Set(await Promise.all(reads))).toEqual(new Set(['ended']));
	expect(warned.mock.calls).toEqual([]);
	warned.mockRestore();
});

describe('a write whose answer the SDK lost while the machine slept', () => {
	test('is not repeated where another run came', async () => {
		const { logs, requests } = await opened(true);
		await expect(logs.deleteLogGroup({ logGroupName: 'one' })).rejects.toThrow('another run has it');
		await delay(300);
		expect(requests()).toBe(1);
	});

	test('is repeated where nobody came', async () => {
		const { logs, requests } = await opened(false);
		await logs.deleteLogGroup({ logGroupName: 'one' });
		expect(requests()).toBe(2);
	});
});
