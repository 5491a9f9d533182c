import { waitFor } from 'pulse-deploy-kit/wait';
import type { Perform, Report } from '../perform.ts';
import { type Run, routerOf } from '../run.ts';

/** An idle replica reports every 15 s; one that has seen a promotion reports within a second. */
const RECENT_REPORT_MS = 17_000;
const REPLICA_BUDGET_MS = 20_000;
const POLLS_MS = [250, 500, 1000, 2000];
/** Most replicas report within the second, and a rollback waits for them. */
const REPLICA_POLLS_MS = [100, 150, 150, 150, 150, 150, 150, 150, 500, 1000];

export const verifyAffinity: Perform<'verify-affinity'> = async (step, run, signal, report) => {
	await answers(run, step.deployment, step.deployment, step.budgetSeconds, signal, report);
	return undefined;
};

export const verifyActive: Perform<'verify-active'> = async (step, run, signal, report) => {
	await answers(run, step.deployment, null, step.budgetSeconds, signal, report);
	return everyReplica(run, signal, report);
};

async function answers(
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
	const ask = (signal: AbortSignal) => router.control('status', { sessions: false }, signal);
	const { snapshot } = await ask(signal);
	let behind: readonly string[] = [];
	const replicas = await waitFor({
		what: 'every process of the router to follow',
		budgetMs: REPLICA_BUDGET_MS,
		intervalsMs: REPLICA_POLLS_MS,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			const status = await ask(signal);
			// A replica that went away is listed until its last report expires.
			const live = status.replicas.filter((replica) => status.now - replica.at <= RECENT_REPORT_MS);
			behind = live.filter((replica) => replica.revision < snapshot.revision).map(({ replicaId }) => replicaId);
			if (behind.length === 0 && live.length > 0) return live.length;
			report(`${live.length - behind.length} of ${live.length} router processes`);
			return undefined;
		},
	}).catch((error: unknown) => {
		if (signal.aborted) throw error;
		return undefined;
	});
	if (replicas !== undefined) return `${replicas} router process${replicas === 1 ? '' : 'es'}`;
	run.ports.host.notify({
		level: 'warning',
		text: `Router processes that have not confirmed it yet: ${behind.join(', ')}`,
	});
	return undefined;
}
