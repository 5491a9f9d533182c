import { hostname, userInfo } from 'node:os';
import type { Invocation } from 'pulse-deploy-kit/command';
import { CancelledError } from 'pulse-deploy-kit/errors';
import { type Host, LOCKED_QUESTION_MS } from 'pulse-deploy-kit/host';
import { renderPlan } from '../plan/render.ts';
import type { Plan } from '../plan/step.ts';
import { type ExecuteOptions, execute } from './execute.ts';
import type { Run } from './run.ts';

export interface CarryOutOptions extends ExecuteOptions {
	/** Destructive plans ask with the default no, which only `--yes` gets round without a terminal. */
	readonly destructive?: boolean;
}

/** What a command that changes something comes to. */
export type Outcome<T> = { readonly plan: Plan; readonly result: T | null };

/**
 * Shows the plan, asks, and carries it out; `result` is taken afterwards, and is `null` for a dry run.
 * @throws CancelledError when declined
 */
export async function carryOut<T>(
	plan: Plan,
	run: Run,
	{ host, dryRun }: Pick<Invocation, 'host' | 'dryRun'>,
	options: CarryOutOptions,
	result: () => T,
): Promise<Outcome<T>> {
	if (dryRun) return { plan, result: null };
	host.notify({ level: 'info', text: renderPlan(plan) });
	if (plan.steps.length > 0) await agree(plan, host, options.destructive === true);
	await execute(plan, run, options);
	return { plan, result: result() };
}

async function agree(plan: Plan, host: Host, destructive: boolean): Promise<void> {
	const text = `${plan.title}: go on?`;
	if (await host.ask({ text, default: !destructive, budgetMs: LOCKED_QUESTION_MS })) return;
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
