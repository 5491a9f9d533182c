import { Secret } from 'pulse-deploy-kit/secret';
import type { BaselineConfig } from '../config/init.ts';
import type { StackNames } from '../config/names.ts';
import type { UpgradeConfig } from '../config/upgrade.ts';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { CONTROL_TOKEN_VARIABLE, INTERNAL_TOKEN_VARIABLE } from '../protocol.ts';
import { serviceNamed } from './baseline.ts';
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
	const text = (service: ObservedService, name: string) => service.variables[name] || undefined;
	const number = (service: ObservedService, name: string) => {
		const digits = text(service, name);
		return digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : undefined;
	};
	const kept = <T>(name: keyof BaselineConfig, value: T, running: T | undefined): T =>
		has(name) ? value : (running ?? value);
	return {
		names: config.names,
		servicePrefix: config.servicePrefix ?? text(router, 'PULSE_RAILWAY_SERVICE_PREFIX'),
		redisPrefix: kept('redisPrefix', config.redisPrefix, text(router, 'PULSE_RAILWAY_REDIS_PREFIX')),
		redisUrl: config.redisUrl ?? runningRedis(config, router),
		routerImage: kept('routerImage', config.routerImage, foreignImage(router, config.routerImage)),
		janitorImage: kept('janitorImage', config.janitorImage, foreignImage(janitor, config.janitorImage)),
		janitorCron: kept('janitorCron', config.janitorCron, janitor.settings.cronSchedule),
		drainGraceSeconds: kept(
			'drainGraceSeconds',
			config.drainGraceSeconds,
			number(janitor, 'PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS'),
		),
		maxDrainAgeSeconds: kept(
			'maxDrainAgeSeconds',
			config.maxDrainAgeSeconds,
			number(janitor, 'PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS'),
		),
		backendPort: kept('backendPort', config.backendPort, number(router, 'PULSE_BACKEND_PORT')),
		routerReplicas: kept('routerReplicas', config.routerReplicas, router.settings.numReplicas),
	};
}

/** Tokens that exist stay: running deployments hold the internal one, and other machines may hold the control one. */
export function runningSecrets(
	observation: StackObservation,
	names: StackNames,
	fresh: BaselineSecrets,
): BaselineSecrets {
	const router = serviceNamed(observation, names.router)?.variables ?? {};
	const janitor = serviceNamed(observation, names.janitor)?.variables ?? {};
	const { sharedVariables } = observation;
	const internal =
		router[INTERNAL_TOKEN_VARIABLE] || janitor[INTERNAL_TOKEN_VARIABLE] || sharedVariables[INTERNAL_TOKEN_VARIABLE];
	const control = router[CONTROL_TOKEN_VARIABLE];
	const token = janitor.RAILWAY_TOKEN;
	return {
		internalToken: internal ? new Secret(internal) : fresh.internalToken,
		controlToken: control ? new Secret(control) : fresh.controlToken,
		janitorToken: token ? new Secret(token) : fresh.janitorToken,
	};
}

/** `undefined` = the managed Redis service, by reference. */
function runningRedis({ names }: BaselineConfig, router: ObservedService): Secret | undefined {
	const url = router.variables.REDIS_URL?.replaceAll(' ', '');
	return !url || url === reference(names.redis, 'REDIS_URL') ? undefined : new Secret(url);
}

function foreignImage(service: ObservedService, own: string): string | undefined {
	const { image } = service.settings;
	return image !== undefined && repository(image) !== repository(own) ? image : undefined;
}

function repository(image: string): string {
	return image.replace(/[:@][^/]*$/, '');
}
