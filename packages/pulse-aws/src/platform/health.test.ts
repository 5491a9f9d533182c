import { expect, test } from 'vitest';
import type { Aws } from './aws.ts';
import { readHealth } from './health.ts';

const ended = async (containers: readonly object[]) => {
	const service = { status: 'ACTIVE', deployments: [{ status: 'PRIMARY', failedTasks: 1 }] };
	const aws = {
		ecs: {
			describeServices: async () => ({ services: [service] }),
			listTasks: async () => ({ taskArns: ['task/1'] }),
			describeTasks: async () => ({ tasks: [{ taskArn: 'task/1', containers }] }),
		},
		elb: { describeTargetHealth: async () => ({}) },
	} as unknown as Pick<Aws, 'ecs' | 'elb'>;
	const place = { cluster: 'prod', service: 'prod-1', targetGroupArn: 'tg' };
	return (await readHealth(aws, place, new Map(), 0)).stoppedTasks[0];
};

test.each<[string, readonly object[], object]>([
	[
		'the app',
		[
			{ name: 'pulse-edge', exitCode: 0 },
			{ name: 'app', exitCode: 1 },
		],
		{ container: 'app', exitCode: 1 },
	],
	[
		'a sidecar that ended by itself, and took the app along',
		[
			{ name: 'app', exitCode: 143 },
			{ name: 'pulse-edge', exitCode: 1 },
		],
		{ container: 'pulse-edge', exitCode: 1 },
	],
	[
		'the app, where both were killed in the end',
		[
			{ name: 'app', exitCode: 137 },
			{ name: 'pulse-edge', exitCode: 137 },
		],
		{ container: 'app', exitCode: 137 },
	],
	[
		'a sidecar whose image cannot be had',
		[{ name: 'app' }, { name: 'pulse-edge', reason: 'CannotPullContainerError: not found' }],
		{ container: 'pulse-edge', exitCode: null, containerReason: 'CannotPullContainerError: not found' },
	],
])('A7.2: of a task with several containers %s is told as what failed', async (_, containers, told) => {
	expect(await ended(containers)).toMatchObject(told);
});
