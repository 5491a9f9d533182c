import { InconsistentFactsError } from '../deployments/errors.ts';
import type { StackObservation } from '../platform/port.ts';

/**
 * A shared variable that a decision hangs on; `undefined` when there is none. One that is there and cannot be read is an
 * error: taken for absent, a stack with an active deployment would look like one without.
 */
export function sharedValue({ sharedVariables }: StackObservation, name: string): string | undefined {
	const value = sharedVariables[name];
	if (value === null) {
		throw new InconsistentFactsError(
			`the shared variable ${name} is sealed or hidden from this token`,
			`Give a token that may read it; if it is sealed, delete it on Railway and set ${name} again, unsealed.`,
		);
	}
	return value;
}
