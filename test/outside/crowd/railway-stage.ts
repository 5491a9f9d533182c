import { jsonOf } from '../../support/command.ts';
import { LocalStack } from '../../support/local-stack.ts';
import type { Stage } from './stage.ts';

/** The local platform, by the commands that users type. */
export async function openRailwayStage(): Promise<Stage> {
	const stack = await LocalStack.up();
	const run = (...args: string[]) => jsonOf<Record<string, unknown>>(args, stack.options);
	let count = 0;
	return {
		origin: await stack.init(),
		deploy: async () => {
			const flags = ['--deployment-id', `v${++count}`, '--backend-replicas', '3', '--yes'];
			return (await stack.deploy(...flags)).deployment_id;
		},
		rollback: async () => void (await run('rollback', '--yes')),
		recall: async (id) => void (await run('recall', id, '--yes')),
		cleanUp: () => stack.runJanitor(),
		ids: async () => (await stack.status()).deployments.map(({ deployment_id }) => deployment_id),
		close: () => stack.down(),
	};
}
