import { waitFor } from 'pulse-deploy-kit/wait';
import { learn, platformOf, type Run } from './run.ts';

/** A template makes its services within seconds of being told to. */
const LATE_MS = 10_000;

export function missing(services: readonly string[], run: Run): readonly string[] {
	return services.filter((service) => !run.services.has(service));
}

/** Waits for services that another command may still be making; not all of them need to come. */
export async function lateServices(services: readonly string[], run: Run, signal: AbortSignal): Promise<void> {
	if (missing(services, run).length === 0) return;
	await waitFor({
		what: 'late services',
		budgetMs: LATE_MS,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			learn(run, await platformOf(run).observe(signal));
			return missing(services, run).length === 0 || undefined;
		},
	}).catch(() => signal.throwIfAborted());
}
