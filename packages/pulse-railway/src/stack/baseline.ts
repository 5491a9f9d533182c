import { DeployToolError } from 'pulse-deploy-kit/errors';
import { Secret } from 'pulse-deploy-kit/secret';
import { originOfDomain } from '../address.ts';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { CONTROL_TOKEN_VARIABLE, INTERNAL_TOKEN_VARIABLE } from '../protocol.ts';
import type { StackNames } from './names.ts';

/** The router as a command needs it: where it is and how to talk to it. */
export interface RouterFacts {
	readonly service: ObservedService;
	/** Origins that reach it, the one to show first: custom domains before Railway's own. */
	readonly origins: readonly string[];
	/** Railway's own domain before custom ones, whose DNS is in other hands. */
	readonly controlOrigin: string;
	readonly controlToken: Secret;
}

/** The stable services, checked to be complete and to agree (contract R5.26). */
export interface BaselineFacts {
	readonly router: RouterFacts;
	readonly janitor: ObservedService;
	readonly env: ObservedService;
	/** `null` with an external Redis. */
	readonly redis: ObservedService | null;
	/** As the router has it, references unrendered. */
	readonly redisUrl: string;
	readonly internalToken: Secret;
}

const INIT =
	'Run pulse-railway init first. Has the stack other names? They come from --service, --service-prefix or RailwayPlugin.';
const UPGRADE = 'Run pulse-railway upgrade.';

export function routerFacts(observation: StackObservation, name: string): RouterFacts {
	const service = serviceNamed(observation, name) ?? missing('router', name);
	const controlToken = required(service, [CONTROL_TOKEN_VARIABLE])[0];
	const custom = service.domains.filter((domain) => domain.custom);
	const own = service.domains.filter((domain) => !domain.custom);
	const controlDomain = [...own, ...custom][0];
	if (controlDomain === undefined) {
		throw baselineError(`service ${name} has no public domain`, UPGRADE);
	}
	return {
		service,
		origins: [...custom, ...own].map(({ domain }) => originOfDomain(domain)),
		controlOrigin: originOfDomain(controlDomain.domain),
		controlToken: new Secret(controlToken ?? ''),
	};
}

export function baselineFacts(observation: StackObservation, names: StackNames): BaselineFacts {
	const router = routerFacts(observation, names.router);
	const janitor = serviceNamed(observation, names.janitor) ?? missing('janitor', names.janitor);
	const env = serviceNamed(observation, names.env) ?? missing('env', names.env);
	const shared = ['REDIS_URL', INTERNAL_TOKEN_VARIABLE, 'PULSE_RAILWAY_REDIS_PREFIX'];
	const [redisUrl = '', internalToken = ''] = required(router.service, shared);
	const janitorHas = required(janitor, [...shared, 'RAILWAY_TOKEN']);
	if (janitorHas[0] !== redisUrl) throw differs('REDIS_URL', router.service, janitor);
	if (janitorHas[1] !== internalToken) throw differs(INTERNAL_TOKEN_VARIABLE, router.service, janitor);
	const redis = serviceNamed(observation, names.redis);
	if (redis === undefined && redisUrl.replaceAll(' ', '').includes(`\${{${names.redis}.`))
		missing('Redis', names.redis);
	return { router, janitor, env, redis: redis ?? null, redisUrl, internalToken: new Secret(internalToken) };
}

export function serviceNamed(observation: StackObservation, name: string): ObservedService | undefined {
	return observation.services.find((service) => service.name === name);
}

/** The stable services that exist, by name, sorted. */
export function existingBaseline(observation: StackObservation, names: StackNames): readonly string[] {
	const stable: readonly string[] = Object.values(names);
	return observation.services
		.map((service) => service.name)
		.filter((name) => stable.includes(name))
		.sort();
}

function required(service: ObservedService, names: readonly string[]): string[] {
	const sealed = names.filter((name) => service.variables[name] === null);
	if (sealed.length > 0) {
		throw baselineError(
			`${service.name} has sealed variables that this command must read (${sealed.join(', ')})`,
			'Replace them by unsealed ones: pulse-railway upgrade makes new ones once they are removed.',
		);
	}
	const absent = names.filter((name) => (service.variables[name] ?? '') === '');
	if (absent.length > 0) {
		throw baselineError(`${service.name} is missing required runtime variables (${absent.join(', ')})`, UPGRADE);
	}
	return names.map((name) => service.variables[name] ?? '');
}

function missing(role: string, name: string): never {
	throw baselineError(`baseline ${role} service ${name} not found`, INIT);
}

function differs(variable: string, one: ObservedService, other: ObservedService): DeployToolError {
	return baselineError(`${variable} of ${one.name} and ${other.name} differ`, UPGRADE);
}

function baselineError(message: string, next: string): DeployToolError {
	return new DeployToolError('baseline', message, { fault: 'user', next });
}
