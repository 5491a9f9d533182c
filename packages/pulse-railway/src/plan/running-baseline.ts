import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Destination } from 'pulse-deploy-kit/notify/destination';
import type { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { notifyUrl } from 'pulse-deploy-kit/notify/settings';
import { keptRollbackWindow } from 'pulse-deploy-kit/rollback-window';
import { Secret } from 'pulse-deploy-kit/secret';
import { duration } from 'pulse-deploy-kit/setting-kinds';
import type { BaselineConfig } from '../config/init.ts';
import { NOTIFY_KEPT_VARIABLE, NOTIFY_SECRET_VARIABLE, NOTIFY_URL_VARIABLE } from '../config/notify.ts';
import type { UpgradeConfig } from '../config/upgrade.ts';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { CONTROL_TOKEN_VARIABLE, INTERNAL_TOKEN_VARIABLE } from '../protocol.ts';
import { serviceNamed } from '../stack/baseline.ts';
import type { StackNames } from '../stack/names.ts';
import type { BaselineSecrets } from './baseline-service.ts';
import { reference } from './reference.ts';

/**
 * What the baseline should be: as given by flag, variable or plugin, else as it runs, so that an upgrade without flags
 * resets nothing. Images of our own repositories move to this version; images of others stay.
 */
export function desiredBaseline(
	config: UpgradeConfig,
	router: ObservedService,
	janitor: ObservedService,
): BaselineConfig {
	const has = (name: keyof BaselineConfig) => config.given.has(name);
	const both = (name: string) => running(name, [router.variables, janitor.variables]);
	const kept = <T>(name: keyof BaselineConfig, value: T, running: () => T | undefined): T =>
		has(name) ? value : (running() ?? value);
	// The second is the name that the Python tools of 0.3 gave it.
	const runningMaxAge = number(
		janitor.variables.PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS || janitor.variables.PULSE_RAILWAY_DRAIN_TTL_SECONDS,
	);
	const maxDrainAgeSeconds = kept('maxDrainAgeSeconds', config.maxDrainAgeSeconds, () => runningMaxAge);
	const asItRuns = { longestDrain: runningMaxAge, window: seconds(janitor.variables.PULSE_RAILWAY_ROLLBACK_WINDOW) };
	return {
		names: config.names,
		servicePrefix: config.servicePrefix ?? both('PULSE_RAILWAY_SERVICE_PREFIX'),
		redisPrefix: kept('redisPrefix', config.redisPrefix, () => both('PULSE_RAILWAY_REDIS_PREFIX')),
		redisUrl: config.redisUrl ?? runningRedis(config, both('REDIS_URL')),
		routerImage: kept('routerImage', config.routerImage, () => foreignImage(router, config.routerImage)),
		janitorImage: kept('janitorImage', config.janitorImage, () => foreignImage(janitor, config.janitorImage)),
		janitorCron: kept('janitorCron', config.janitorCron, () => janitor.settings.cronSchedule),
		drainGraceSeconds: kept('drainGraceSeconds', config.drainGraceSeconds, () =>
			number(janitor.variables.PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS),
		),
		maxDrainAgeSeconds,
		rollbackWindow: has('rollbackWindow') ? config.rollbackWindow : keptRollbackWindow(asItRuns, maxDrainAgeSeconds),
		rollbackKeep: kept('rollbackKeep', config.rollbackKeep, () =>
			number(janitor.variables.PULSE_RAILWAY_ROLLBACK_KEEP),
		),
		notify: config.notify ?? runningNotify(janitor.variables[NOTIFY_URL_VARIABLE]),
		notifySecret: config.notifySecret,
		notifyKept: kept('notifyKept', config.notifyKept, () => seconds(janitor.variables[NOTIFY_KEPT_VARIABLE])),
		redeployKeep: kept('redeployKeep', config.redeployKeep, () =>
			number(janitor.variables.PULSE_RAILWAY_REDEPLOY_KEEP),
		),
		backendPort: kept('backendPort', config.backendPort, () => number(both('PULSE_BACKEND_PORT'))),
		routerReplicas: kept('routerReplicas', config.routerReplicas, () => router.settings.numReplicas),
	};
}

/**
 * Tokens that exist stay: running deployments hold the internal one, and other machines may hold the control one. Where
 * one exists and cannot be read, nothing that depends on it is written. A janitor's that is no project token is replaced:
 * the Python tools stored the deployer's own (decision 18).
 */
export function runningSecrets(
	observation: StackObservation,
	names: StackNames,
	fresh: BaselineSecrets,
	janitorConfined: boolean | null = null,
): BaselineSecrets {
	const router = serviceNamed(observation, names.router)?.variables ?? {};
	const janitor = serviceNamed(observation, names.janitor)?.variables ?? {};
	const internal =
		running(INTERNAL_TOKEN_VARIABLE, [router, janitor]) || observation.sharedVariables[INTERNAL_TOKEN_VARIABLE];
	const control = router[CONTROL_TOKEN_VARIABLE];
	const token = janitor.RAILWAY_TOKEN;
	const signing = janitor[NOTIFY_SECRET_VARIABLE];
	return {
		internalToken: internal ? new Secret(internal) : fresh.internalToken,
		controlToken: control ? new Secret(control) : fresh.controlToken,
		janitorToken: token && janitorConfined !== false ? new Secret(token) : fresh.janitorToken,
		notifySecret: signing ? new Secret(signing) : fresh.notifySecret,
	};
}

type Variables = ObservedService['variables'];

/** What services share, as one of them tells. A new one beside one that cannot be read would part them. */
function running(name: string, scopes: readonly Variables[]): string | undefined {
	const value = scopes.map((scope) => scope[name]).find(Boolean);
	if (value || scopes.every((scope) => scope[name] === null) || scopes.every((scope) => scope[name] !== null)) {
		return value || undefined;
	}
	throw new DeployToolError(
		'baseline',
		`${name} is sealed, or hidden from this token, on one of router and janitor, and missing on the other`,
		{ fault: 'user', next: `Give a token that may read it, or set the same ${name} on both, unsealed.` },
	);
}

function number(digits: string | null | undefined): number | undefined {
	return digits && /^\d+$/.test(digits) ? Number(digits) : undefined;
}

function seconds(written: string | null | undefined): number | undefined {
	try {
		return written ? duration(written) : undefined;
	} catch {
		return undefined;
	}
}

/** One that cannot be read is left alone. */
function runningNotify(written: string | null | undefined): Destination | typeof NOBODY | undefined {
	try {
		return written ? notifyUrl(written) : undefined;
	} catch {
		return undefined;
	}
}

/** `undefined` = the managed Redis service, by reference. */
function runningRedis({ names }: BaselineConfig, running: string | undefined): Secret | undefined {
	const url = running?.replaceAll(' ', '');
	return !url || url === reference(names.redis, 'REDIS_URL') ? undefined : new Secret(url);
}

function foreignImage(service: ObservedService, own: string): string | undefined {
	const { image } = service.settings;
	return image !== undefined && repository(image) !== repository(own) ? image : undefined;
}

function repository(image: string): string {
	return image.replace(/[:@][^/]*$/, '');
}
