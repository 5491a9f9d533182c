import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisServerMissing } from '../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { jsonOf } from '../support/command.ts';
import { Load } from '../support/load.ts';
import { LocalStack } from '../support/local-stack.ts';
import { until } from '../support/until.ts';
import {
	becomePredecessor,
	type PredecessorStack,
	redisCli,
	Services,
	STACK_0_1,
	stack03,
} from './predecessor/stacks.ts';

const missing = redisServerMissing() ?? (spawnSync('redis-cli', ['--version']).error ? 'redis-cli not found' : null);
const STACKS: readonly [string, PredecessorStack][] = [
	['0.1, which kept the active deployment on Railway alone', STACK_0_1],
	['0.3, which kept the active deployment in the store alone', stack03(null)],
	['0.3 that was a 0.1 once, with its old word on Railway', stack03('v1')],
];

describe.skipIf(missing !== null)(
	`moving a stack of the Python tools over (${missing ?? 'needs redis-server'})`,
	() => {
		it.each(STACKS)(
			'%s: no request fails, and everything afterwards knows who is active (R5.23, decision 18)',
			async (_, old) => {
				const stack = await LocalStack.up('--redis', 'server');
				onTestFinished(() => stack.down());
				const origin = await stack.init();
				for (const id of ['v1', 'v2']) await stack.deploy('--deployment-id', id, '--yes');
				await becomePredecessor(stack, old);

				const load = await Load.start({ origin, deployment: 'v1', requestsPerSecond: 40, sockets: 0 });
				const upgraded = await jsonOf<{ changed: boolean }>(['upgrade', 'app.ts', '--yes'], stack.options);
				// The old router goes on beside the new one for a while, and then ends.
				await new Promise((resolve) => setTimeout(resolve, 3_000));
				const report = await load.stop();
				expect(report).toMatchObject({ failedRequests: 0, wrongVersion: 0, complaints: [] });
				expect(Object.keys(report.byDeployment).sort()).toEqual(['v1', 'v2']);
				expect(report.requests).toBeGreaterThan(100);

				expect(upgraded.changed).toBe(true);
				expect(await stack.status()).toMatchObject({ active_deployment: 'v2', durable_active_deployment: 'v2' });
				const next = await jsonOf<{ plan: { title: string } }>(['rollback', '--dry-run'], stack.options);
				expect(next.plan.title).toBe('Roll back to v1');
				const again = await jsonOf<{ changed: boolean }>(['upgrade', 'app.ts', '--yes'], stack.options);
				expect(again.changed).toBe(false);
				await janitorIsOurs(stack);
			},
			120_000,
		);
	},
);

/** It holds no token of the deployer's, keeps the operator's limit, and finds nothing to complain of. */
async function janitorIsOurs(stack: LocalStack): Promise<void> {
	const services = await stack.instances();
	const idOf = (name: string) => services.find(({ serviceName }) => serviceName === name)?.serviceId ?? '';
	const api = new Services(stack);
	const janitor = await api.variables(idOf('pulse-janitor'));
	expect(janitor.PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS).toBe('7200');
	expect(janitor.RAILWAY_TOKEN).not.toBe(stack.platform.api_token);
	const router = await api.variables(idOf('pulse-router'));
	expect(router).not.toHaveProperty('RAILWAY_TOKEN');
	expect(router).not.toHaveProperty('PULSE_RAILWAY_ROUTER_SEED');
	await stack.runJanitor();
	await until('the janitor to have run', async () => /scan complete/.test(await stack.logsOf('pulse-janitor')));
	expect(redisCli(router.REDIS_URL ?? '', 'GET', 'pulse:railway:active')).toBe('v2');
}
