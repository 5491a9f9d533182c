import { usageError } from 'pulse-deploy-kit/errors';
import {
	AFFINITY_VARIABLE,
	BACKEND_REDIS_URL_VARIABLE,
	DEPARTURE_VARIABLE,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_KIND_VARIABLE,
	HEALTH_PATH_VARIABLE,
	INTERNAL_TOKEN_VARIABLE,
	PREVIEW_VARIABLE,
	RESTING_VARIABLE,
	ROUTER_SERVICE_VARIABLE,
	SESSION_REDIS_URL_VARIABLE,
} from '../protocol.ts';

/** Variables that deploy itself sets; a user's value would break routing or leak into it (contract R7.7). */
const RESERVED: ReadonlySet<string> = new Set([
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_KIND_VARIABLE,
	AFFINITY_VARIABLE,
	HEALTH_PATH_VARIABLE,
	DEPARTURE_VARIABLE,
	PREVIEW_VARIABLE,
	RESTING_VARIABLE,
	'PULSE_RAILWAY_DEPLOYMENT_STATE',
	'PULSE_RAILWAY_DRAIN_STARTED_AT',
	INTERNAL_TOKEN_VARIABLE,
	ROUTER_SERVICE_VARIABLE,
	BACKEND_REDIS_URL_VARIABLE,
	SESSION_REDIS_URL_VARIABLE,
	'PULSE_APP_FILE',
	'PULSE_SERVER_ADDRESS',
	'PORT',
]);

/** Set for the build; a reference to the env service would shadow them. */
const BUILD_ONLY: ReadonlySet<string> = new Set(['APP_FILE', 'WEB_ROOT', 'PULSE_WEB_ROOT', 'RAILWAY_DOCKERFILE_PATH']);

export function refuseReserved(flag: string, values: Readonly<Record<string, string>>): void {
	const found = Object.keys(values)
		.filter((name) => RESERVED.has(name))
		.sort();
	if (found.length > 0) {
		throw usageError(
			`${flag} must not set reserved variables: ${found.join(', ')}`,
			'deploy sets them itself, some of them from what the env service holds.',
		);
	}
}

/** Whether a variable of the env service is passed on to deployments (contract R7.8). */
export function isPassedOn(name: string): boolean {
	return !name.startsWith('RAILWAY_') && !RESERVED.has(name) && !BUILD_ONLY.has(name);
}
