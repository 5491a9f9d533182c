import type { Step } from '../plan/step.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf } from './run.ts';

export function revokeTokensStep(janitor: string, name: string): Step {
	return { kind: 'revoke-tokens', id: 'undo-token', title: `Delete the project token of ${janitor}`, name };
}

export const revokeTokens: Perform<'revoke-tokens'> = async (step, run, signal) => {
	await guarded(run, signal, (signal) => platformOf(run).deleteProjectTokens(step.name, signal));
	return undefined;
};
