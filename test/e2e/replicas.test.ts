import { expect, onTestFinished, test } from 'vitest';
import { Visitor } from '../../packages/pulse-railway/src/router/testing/visitor.ts';
import { jsonOf } from '../support/command.ts';
import { LocalStack } from '../support/local-stack.ts';

interface PlatformStatus {
	readonly environments: readonly {
		readonly services: readonly { service_name: string; processes: readonly { pid: number; port: number }[] }[];
	}[];
}

interface Counted {
	readonly count: number;
}

test('three replicas on the local platform: pages stay on theirs, and only those of a killed one load anew (R2.22, R7.11)', async () => {
	const stack = await LocalStack.up('--redis', 'sqlite');
	onTestFinished(() => stack.down());
	const origin = await stack.init();
	await stack.deploy('--deployment-id', 'blue', '--backend-replicas', '3', '--yes');
	const platform = await jsonOf<PlatformStatus>(['local', 'status', '--dir', stack.dir], stack.options);
	const services = platform.environments.flatMap((environment) => environment.services);
	const processes = services.find(({ service_name }) => service_name === 'blue')?.processes ?? [];
	expect(new Set(processes.map(({ port }) => port)).size).toBe(3);

	const visitors = await Promise.all(Array.from({ length: 12 }, () => Visitor.open(origin)));
	onTestFinished(() => visitors.forEach((visitor) => void visitor.close()));
	const tokens = new Set(visitors.map(({ directives }) => directives.query.pulse_replica));
	expect(tokens.size).toBe(3);
	const countTo = (last: number, whose = visitors) =>
		Promise.all(
			whose.map(async (visitor) => {
				await visitor.connect();
				const { count } = (await visitor.request('tab', 'increment')) as Counted;
				visitor.socket?.disconnect();
				expect(count).toBe(last);
			}),
		);
	for (const count of [1, 2, 3]) await countTo(count);
	const { deployments } = (await stack.status()) as unknown as { deployments: object[] };
	expect(deployments[0]).toMatchObject({ sessions: 12, replicas: 3 });

	process.kill(processes[1]!.pid, 'SIGKILL');
	await Promise.all(visitors.map((visitor) => visitor.connect()));
	const tokenOf = ({ directives }: Visitor) => directives.query.pulse_replica;
	await expect.poll(() => visitors.some(({ reload }) => reload), { timeout: 20_000 }).toBe(true);
	const killed = tokenOf(visitors.find(({ reload }) => reload)!);
	const own = visitors.filter((visitor) => tokenOf(visitor) === killed);
	await expect.poll(() => own.every(({ reload }) => reload), { timeout: 20_000 }).toBe(true);
	expect(visitors.filter(({ reload }) => reload)).toHaveLength(own.length);
	const rest = visitors.filter(({ reload }) => !reload);
	for (const visitor of rest) visitor.socket?.disconnect();
	await countTo(4, rest);
}, 120_000);
