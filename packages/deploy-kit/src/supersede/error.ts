import { DeployToolError } from '../errors.ts';

/** No failure of the version: a later one is on its way. Commands that end by it have an exit code of their own. */
export const SUPERSEDED = 'superseded';

/** @param by the deployment whose deploy was started later */
export function supersededError(id: string, by: string): DeployToolError {
	return new DeployToolError(SUPERSEDED, `${by}, which was started after ${id}, takes its place`, {
		fault: 'user',
		detail: 'It was deployed with --supersede, so this deploy ends before visitors met it.',
		next: `Nothing, once ${by} is there. Deploy again if yours is wanted after all; with --over-later it does not give way.`,
	});
}
