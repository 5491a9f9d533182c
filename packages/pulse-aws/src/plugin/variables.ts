import {
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_NAME_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	DRAIN_POLL_VARIABLE,
	METADATA_VARIABLE,
	TASK_ID_VARIABLE,
} from '../protocol.ts';
import type { TaskVariables } from '../task/drain-watch.ts';

/** Set by pulse-railway on what it deploys. */
const RAILWAY_DEPLOYMENT_VARIABLE = 'PULSE_DEPLOYMENT_ID';
const REQUIRED = [DEPLOYMENT_NAME_VARIABLE, DEPLOYMENT_ID_VARIABLE, DRAIN_POLL_VARIABLE, DRAIN_GRACE_VARIABLE];

/** `disabled`: in development. `elsewhere`: deployed to Railway. */
export type NoVariables = 'disabled' | 'elsewhere';

/**
 * An app that is deployed to Railway too finds none of the variables there. Anywhere else a missing one is a mistake, also
 * where all of them are: a task definition of the user's own would run an app that no tab is pinned to.
 * @throws Error outside of development where any is missing, or a number is none
 */
export function readVariables(
	env: Readonly<Record<string, string | undefined>>,
	environment: 'prod' | 'ci' | 'dev',
): TaskVariables | NoVariables {
	const value = (name: string) => env[name]?.trim() || null;
	const missing = REQUIRED.filter((name) => value(name) === null);
	if (missing.length > 0) {
		if (environment === 'dev') return 'disabled';
		const onRailway = value(RAILWAY_DEPLOYMENT_VARIABLE) !== null && value(METADATA_VARIABLE) === null;
		if (missing.length === REQUIRED.length && onRailway) return 'elsewhere';
		throw new Error(`Missing required env vars: ${missing.join(', ')}`);
	}
	const seconds = (name: string, min: number) => {
		const number = Number(value(name));
		if (!Number.isInteger(number) || number < min) throw new Error(`${name} must be an integer >= ${min}`);
		return number;
	};
	return {
		deploymentName: value(DEPLOYMENT_NAME_VARIABLE) ?? '',
		deploymentId: value(DEPLOYMENT_ID_VARIABLE) ?? '',
		drainPollSeconds: seconds(DRAIN_POLL_VARIABLE, 1),
		drainGraceSeconds: seconds(DRAIN_GRACE_VARIABLE, 0),
		metadataUri: value(METADATA_VARIABLE),
		taskId: value(TASK_ID_VARIABLE),
	};
}
