import { DeployToolError } from 'pulse-deploy-kit/errors';
import { parseLock } from '../deployments/lock-value.ts';

/** @param lease as it stands in the owner's parameter */
export function stillMade(id: string, lease: string): DeployToolError {
	return new DeployToolError('deploying', `${id} is being deployed by ${parseLock(lease).holder ?? 'another run'}.`, {
		fault: 'user',
		detail: 'Nothing of it was deleted.',
		next: 'Wait until that command has ended, or stop it where it runs (Ctrl-C undoes it), then run the same command again.',
	});
}
