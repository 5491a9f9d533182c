import { Secret } from 'pulse-deploy-kit/secret';
import type { Step } from '../plan/step.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { revokeTokensStep } from './revoke-tokens.ts';
import { platformOf } from './run.ts';

/**
 * The name is for this tool alone, so that a token that was lost on the way is known again and deleted.
 * @param how `replaces`: an interrupted run may have made one of that name; `undone`: a failure takes it back
 */
export function mintTokenStep(janitor: string, { replaces, undone }: { replaces: boolean; undone: boolean }): Step {
	const name = `${janitor} (made by pulse-railway)`;
	return {
		kind: 'mint-token',
		id: 'token',
		title: `Make a project token for ${janitor}`,
		name,
		...(replaces ? { replaces } : {}),
		...(undone ? { undo: revokeTokensStep(janitor, name) } : {}),
	};
}

export const mintToken: Perform<'mint-token'> = async (step, run, signal) => {
	// A creation whose answer was lost deletes what has its name before it is repeated: by then that may be another's.
	let lost = step.replaces === true;
	const token = await guarded(run, signal, async (signal) => {
		if (lost) await platformOf(run).deleteProjectTokens(step.name, signal);
		lost = true;
		return platformOf(run).createProjectToken(step.name, signal);
	});
	run.mintedToken = new Secret(token);
	return undefined;
};
