import { Secret } from 'pulse-deploy-kit/secret';
import { guarded } from '../guard.ts';
import type { Perform } from '../perform.ts';
import { platformOf } from '../run.ts';

export const mintToken: Perform<'mint-token'> = async (step, run, signal) => {
	if (step.replaces === true) await platformOf(run).deleteProjectTokens(step.name, signal);
	run.mintedToken = new Secret(await platformOf(run).createProjectToken(step.name, signal));
	return undefined;
};

export const revokeTokens: Perform<'revoke-tokens'> = async (step, run, signal) => {
	await guarded(run, signal, (signal) => platformOf(run).deleteProjectTokens(step.name, signal));
	return undefined;
};
