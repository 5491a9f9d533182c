import { Secret } from 'pulse-deploy-kit/secret';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf } from './run.ts';

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

export const revokeTokens: Perform<'revoke-tokens'> = async (step, run, signal) => {
	await guarded(run, signal, (signal) => platformOf(run).deleteProjectTokens(step.name, signal));
	return undefined;
};
