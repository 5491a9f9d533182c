import { setStatus } from '../world/deployments.ts';
import type { DeploymentRow, InstanceRow } from '../world/model.ts';
import type { LiveDeployment } from './live-deployment.ts';
import { freePort } from './ports.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { startOne } from './start-deployment.ts';

/** One execution of a cron service. While the one before still runs, this one is skipped (facts §8). */
export function runCronOnce(
	context: RuntimeContext,
	row: DeploymentRow,
	instance: InstanceRow,
	live: LiveDeployment,
): void {
	const log = context.logs.writer(row.id, 'deploy');
	const set = (crashed: boolean, stopped: boolean) =>
		context.world.change((data) => setStatus(data, row.id, crashed ? 'CRASHED' : 'SUCCESS', stopped, context.now()));
	if (live.starting || live.replicas.some((replica) => replica.status === 'RUNNING')) {
		log('Skipped: the execution before this one is still active.');
		return;
	}
	live.starting = true;
	set(false, false);
	freePort()
		.then(async (port) => {
			live.starting = false;
			if (live.abort.signal.aborted) return;
			const replica = startOne(context, row, instance, row.built!, live, port);
			live.replicas.splice(0, live.replicas.length, replica);
			const exit = await replica.ended;
			if (!live.abort.signal.aborted) set(exit.code !== 0, true);
		})
		.catch((error: unknown) => {
			live.starting = false;
			log(`This execution could not be started: ${String(error)}`, 'error');
			set(true, true);
		});
}
