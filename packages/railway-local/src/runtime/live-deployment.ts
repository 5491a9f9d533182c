import { describe } from '../processes/spawn.ts';
import type { Replica } from './replica.ts';

/** What runs for one deployment. A cron service and SQLite in place of Redis have no replicas. */
export interface LiveDeployment {
	readonly deploymentId: string;
	readonly instanceId: string;
	readonly replicas: Replica[];
	/** Ends cron and similar work of this deployment. */
	readonly abort: AbortController;
	/** Old deployments keep their own draining time, seconds. */
	readonly drainingSeconds: number;
	/** A cron execution that has no process yet. */
	starting: boolean;
	/** Set once its stop began. */
	stopping: Promise<void> | null;
	/** Building it or retiring it, which writes and removes its files. Never rejects. */
	work: Promise<void>;
}

export const portsOf = (live: LiveDeployment): number[] =>
	live.replicas.filter((replica) => replica.status === 'RUNNING').map((replica) => replica.port);

/** SIGTERM to every process, SIGKILL after the draining time (facts §7). Safe to repeat. */
export function stopLive(live: LiveDeployment, graceMs = live.drainingSeconds * 1000): Promise<void> {
	live.abort.abort();
	live.stopping ??= Promise.all(live.replicas.map((replica) => replica.stop(graceMs))).then(() => {});
	return live.stopping;
}

/** `CRASHED` when a process ended badly for good, `COMPLETED` when all ended well. */
export async function verdict(live: LiveDeployment): Promise<'CRASHED' | 'COMPLETED'> {
	const exits = await Promise.all(live.replicas.map((replica) => replica.ended));
	return exits.every((exit) => describe(exit) === 'code 0') ? 'COMPLETED' : 'CRASHED';
}
