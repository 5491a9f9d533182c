import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import { HEARTBEAT_SECONDS } from '../stack/windows.ts';
import { type Run, routerOf } from './run.ts';

/** An idle replica reports at its heartbeat; one that has seen a promotion reports within a second. */
const RECENT_REPORT_MS = HEARTBEAT_SECONDS * 1000 + 2_000;
const REPLICA_BUDGET_MS = 20_000;
const POLLS_MS = [250, 500, 1000, 2000];
/** Most replicas report at once, and a rollback waits for them. */
const REPLICA_POLLS_MS = [50, 100, 150, 150, 150, 150, 150, 150, 500, 1000];

/** New visitors get this deployment at the public address, and every replica says so. */
export async function reachesVisitors(
	run: Run,
	deployment: string,
	budgetSeconds: number,
	signal: AbortSignal,
	report: Report,
): Promise<string | undefined> {
	const failed = new AbortController();
	const both = AbortSignal.any([signal, failed.signal]);
	try {
		const [, replicas] = await Promise.all([
			answers(run, deployment, null, budgetSeconds, both, report),
			everyReplica(run, both, report),
		]);
		return replicas;
	} catch (error) {
		// The other one would go on asking, and telling, for minutes.
		failed.abort();
		throw error;
	}
}

export async function answers(
	run: Run,
	expected: string,
	affinity: string | null,
	budgetSeconds: number,
	signal: AbortSignal,
	report: Report,
): Promise<void> {
	const router = routerOf(run);
	let seen = '';
	await waitFor({
		what: `${router.origin} to answer with deployment ${expected} (mode ${affinity === null ? 'active' : 'affinity'})`,
		budgetMs: budgetSeconds * 1000,
		intervalsMs: POLLS_MS,
		clock: run.ports.clock,
		signal,
		fault: 'app',
		lastSeen: () => `last answer: ${seen}`,
		next: 'Look at the logs of the deployment and of the router.',
		async check(signal) {
			const answer = await router.meta(affinity, signal);
			seen = answer.seen;
			if (answer.deploymentId === expected) return true;
			report(seen);
			return undefined;
		},
	});
}

/** One replica that has not heard of the promotion still sends visitors to the old deployment. */
async function everyReplica(run: Run, signal: AbortSignal, report: Report): Promise<string | undefined> {
	const router = routerOf(run);
	let promoted: number | undefined;
	let behind: readonly string[] = [];
	try {
		const replicas = await waitFor({
			what: 'every process of the router to follow',
			budgetMs: REPLICA_BUDGET_MS,
			intervalsMs: REPLICA_POLLS_MS,
			clock: run.ports.clock,
			signal,
			async check(signal) {
				const status = await router.control('status', { sessions: false }, signal);
				// Of the first answer: what others change later is not waited for.
				promoted ??= status.snapshot.revision;
				const since = promoted;
				// A replica that went away is listed until its last report expires.
				const live = status.replicas.filter((replica) => status.now - replica.at <= RECENT_REPORT_MS);
				behind = live.filter((replica) => replica.revision < since).map(({ replicaId }) => replicaId);
				if (behind.length === 0 && live.length > 0) return live.length;
				report(`${live.length - behind.length} of ${live.length} router processes`);
				return undefined;
			},
		});
		return `${replicas} router process${replicas === 1 ? '' : 'es'}`;
	} catch (error) {
		if (!isDeployToolError(error) || error.code !== 'timeout') throw error;
		const text = `Router processes that have not confirmed it yet: ${behind.join(', ') || 'all'}`;
		run.ports.host.notify({ level: 'warning', text });
		return undefined;
	}
}
