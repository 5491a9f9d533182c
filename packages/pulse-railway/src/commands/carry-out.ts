import { hostname, userInfo } from 'node:os';
import type { Invocation } from 'pulse-deploy-kit/command';
import { CancelledError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { renderPlan } from '../plan/render.ts';
import type { Plan } from '../plan/step.ts';
import { type ExecuteOptions, execute } from '../steps/execute.ts';
import type { Run } from '../steps/run.ts';

/** What a command would do, and what it says when that is done. */
export interface Proposal<T> extends Pick<ExecuteOptions, 'keepFailed'> {
	readonly plan: Plan;
	/** Destructive plans ask with the default no, which only `--yes` gets round without a terminal. */
	readonly destructive?: boolean;
	readonly result: () => T;
}

/** What a command that changes something comes to; `result` is `null` for a dry run. */
export type Outcome<T> = { readonly plan: Plan; readonly result: T | null };

/**
 * Shows the plan, asks, and carries it out.
 * @throws CancelledError when declined
 */
export async function carryOut<T>(
	proposal: Proposal<T>,
	run: Run,
	{ host, dryRun, signal }: Pick<Invocation, 'host' | 'dryRun' | 'signal'>,
): Promise<Outcome<T>> {
	if (dryRun) return { plan: proposal.plan, result: null };
	await agree(proposal, host);
	return done(proposal, run, signal);
}

/** Carries out what was agreed to. */
export async function done<T>(
	{ plan, result, keepFailed = false }: Proposal<T>,
	run: Run,
	signal: AbortSignal,
): Promise<Outcome<T>> {
	await execute(plan, run, { signal, keepFailed });
	return { plan, result: result() };
}

/** Shows the plan and asks. @throws CancelledError when declined */
export async function agree({ plan, destructive = false }: Proposal<unknown>, host: Host): Promise<void> {
	host.notify({ level: 'info', text: renderPlan(plan) });
	if (plan.steps.length === 0) return;
	if (await host.ask({ text: `${plan.title}: go on?`, default: !destructive })) return;
	throw new CancelledError('Declined; nothing was changed.', {
		...(destructive ? { next: 'Run it with --yes to agree without being asked.' } : {}),
	});
}

/** Who holds a lock, for whoever meets it: user, machine and command. */
export function lockOwner(command: string): string {
	return `${userName()}@${hostname()}: pulse-railway ${command}`.slice(0, 200);
}

function userName(): string {
	try {
		return userInfo().username;
	} catch {
		// A container may run as a user that has no name.
		return 'somebody';
	}
}
