import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { Guard } from 'pulse-deploy-kit/plan/guard';
import { afterEach, describe, expect, test } from 'vitest';
import type { Aws } from './aws.ts';
import { guardedWrites } from './interruptible.ts';

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
