import { waitFor } from 'pulse-deploy-kit/wait';
import { isPlatformError } from '../../platform/error.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../../protocol.ts';
import { NotCommittedError } from '../not-committed.ts';
import type { Perform } from '../perform.ts';
import { platformOf } from '../run.ts';

const REREAD_BUDGET_MS = 10_000;

/**
 * The commit point. A write whose answer was lost is looked for: Railway's reads lag its writes by seconds, so not
 * finding it proves nothing, and then nothing may be undone.
 */
export const commitActive: Perform<'commit-active'> = async (step, run, signal) => {
	const platform = platformOf(run);
	try {
		await platform.setVariables(null, { [ACTIVE_DEPLOYMENT_VARIABLE]: step.deployment }, signal);
	} catch (error) {
		if (isPlatformError(error) && !error.mayHaveHappened) throw new NotCommittedError(error);
		await waitFor({
			what: 'the promotion to appear on Railway',
			budgetMs: REREAD_BUDGET_MS,
			clock: run.ports.clock,
			signal,
			check: async (signal) =>
				(await platform.observe(signal)).sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] === step.deployment || undefined,
		}).catch(() => {
			throw error;
		});
	}
	return undefined;
};
