import { hostname, userInfo } from 'node:os';
import { agree, type Outcome as KitOutcome, type Proposal as KitProposal } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import type { Step } from '../plan/step.ts';
import { type ExecuteOptions, execute } from '../steps/execute.ts';
import type { Run } from '../steps/run.ts';

/** What a command would do, and what it says when that is done. */
export interface Proposal<T> extends KitProposal<Step>, Pick<ExecuteOptions, 'keepFailed'> {
	readonly result: () => T;
}

export type Outcome<T> = KitOutcome<Step, T>;

/**
 * Shows the plan, asks, and carries it out.
 * @throws DeclinedError
 */
export async function carryOut<T>(
	proposal: Proposal<T>,
	run: Run,
	{ host, dryRun, signal }: Pick<Session, 'host' | 'dryRun' | 'signal'>,
): Promise<Outcome<T>> {
	if (dryRun) return { plan: proposal.plan, result: null };
	await agree(proposal, host);
	return carryOutAgreed(proposal, run, signal);
}

export async function carryOutAgreed<T>(
	{ plan, result, keepFailed = false }: Proposal<T>,
	run: Run,
	signal: AbortSignal,
): Promise<Outcome<T>> {
	await execute(plan, run, { signal, keepFailed });
	return { plan, result: result() };
}

/** Who holds a lock, shown to the command that meets it: user, machine and command. */
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
