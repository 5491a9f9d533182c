import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { Session } from '../adapters/session.ts';
import { readStack, type StackFacts } from '../platform/stack.ts';

const BUDGET_MS = 60 * 60_000;

/** Waits until nothing is under way in the stack. */
export function awaitStack(
	session: Session,
	name: string,
	signal: AbortSignal,
	tell: Report,
	intervalMs = 5000,
): Promise<StackFacts> {
	return waitFor({
		what: `the stack ${name}`,
		budgetMs: BUDGET_MS,
		intervalsMs: [Math.min(1000, intervalMs), intervalMs],
		clock: session.clock,
		signal,
		check: async () => {
			const stack = await readStack(session.aws, name);
			if (stack.condition !== 'busy' && stack.condition !== 'deleting') return stack;
			tell(`it is in status ${stack.status}`);
			return undefined;
		},
	});
}
