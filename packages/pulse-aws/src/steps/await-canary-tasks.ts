import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import { readParameters } from '../platform/parameters.ts';
import { readTasks } from '../platform/tasks.ts';
import { canaryWordParameter } from '../protocol.ts';
import { readCanaryWord } from '../task/canary-word.ts';
import { type Rollout, rolloutName } from '../task/rollout.ts';
import { made, type Run } from './run.ts';

/** A task looks every `--drain-poll-seconds`, 5 by default, and Parameter Store may throttle. */
const BUDGET_MS = 90_000;
const INTERVALS_MS = [3_000, 3_000, 5_000];

/**
 * Until each running task of both sides has said that it knows of the rollout: only such ones set the cookie by which a visitor
 * stays, and count what the brake goes by.
 */
export async function awaitCanaryTasks(run: Run, rollout: Rollout, signal: AbortSignal, tell: Report): Promise<void> {
	const { aws, clock } = run.session;
	const { clusterName } = made(run.baseline, 'the baseline');
	let missing: string[] = [rollout.activeId];
	const check = async () => {
		const [tasks, said] = await Promise.all([readTasks(aws, clusterName), readParameters(aws, run.name)]);
		const known = new Set(said.filter(knows).map(({ name }) => name));
		missing = [rollout.id, rollout.activeId].filter((id) => {
			const running = tasks.get(id) ?? [];
			return running.length === 0 || !running.every((task) => known.has(canaryWordParameter(run.name, id, task)));
		});
		tell(missing.length === 0 ? 'all tasks know of it' : `tasks of ${missing.join(' and ')} do not know of it yet`);
		return missing.length === 0 ? true : undefined;
	};
	const knows = ({ value }: { readonly value: string }) => readCanaryWord(value)?.rollout === rolloutName(rollout);
	const options = { budgetMs: BUDGET_MS, intervalsMs: INTERVALS_MS, clock, signal, check };
	try {
		await waitFor({ what: 'the tasks of both versions', ...options });
	} catch (cause) {
		signal.throwIfAborted();
		if (!(cause instanceof DeployToolError) || cause.code !== 'timeout') throw cause;
		throw new DeployToolError('canary-unknown', `The tasks of ${missing.join(' and ')} know nothing of canaries.`, {
			fault: 'app',
			detail: `Both need pulse-aws of this version in the app, or its sidecar, and the right to read and write below /apps/${run.name}.`,
			next: 'Deploy once without --canary, with an up-to-date pulse-aws in the app; the next deploy may be a canary.',
			cause,
		});
	}
}
