import { usageError } from 'pulse-deploy-kit/errors';

/** Railway's own limit on service names (docs/platform-facts/railway.md §2.2). */
const MAX_SERVICE_NAME = 32;
const MAX_PREFIX = 8;

/** `pulse` → `pulse-`, `A_b` → `a-b-`; blank → no prefix (contract R1.5). */
export function parseServicePrefix(text: string | undefined): string | undefined {
	if (text === undefined || text.trim() === '') return undefined;
	const words = clean(text);
	if (words === '') throw usageError('service prefix must contain at least one alphanumeric character');
	const prefix = `${words}-`;
	if (prefix.length > MAX_PREFIX) {
		throw usageError(`service prefix must be <= ${MAX_PREFIX} characters including trailing '-'`);
	}
	return prefix;
}

/** `Pulse Router` → `pulse-router` (contract R1.6). */
export function parseServiceName(text: string): string {
	const name = clean(text);
	if (name === '') throw usageError('service name must contain at least one alphanumeric character');
	if (name.length > MAX_SERVICE_NAME) throw usageError(`service name must be <= ${MAX_SERVICE_NAME} chars`);
	return name;
}

/** The service of a deployment: prefix + id, so an id resolves only to a service that carries it (R1.7, R2.18). */
export function backendServiceName(prefix: string | undefined, deploymentId: string): string {
	return parseServiceName(`${prefix ?? ''}${deploymentId}`);
}

/** The stable services of one stack. */
export interface StackNames {
	readonly router: string;
	readonly janitor: string;
	readonly redis: string;
	readonly env: string;
}

/** Names as the plugin gives them, its defaults and its prefix rule included (contract R1.8, R1.9). */
export function stackNames(
	given: { router?: string | undefined; janitor?: string | undefined; redis?: string | undefined },
	prefix: string | undefined,
): StackNames {
	const named = (name: string) =>
		parseServiceName(prefix === undefined ? name : `${prefix}${clean(name).replace(/^pulse-/, '')}`);
	const router = named(given.router ?? 'pulse-router');
	return {
		router,
		janitor: named(given.janitor ?? 'pulse-janitor'),
		redis: named(given.redis ?? 'pulse-redis'),
		env: envServiceName(router),
	};
}

/** `pulse-router` → `pulse-env`, `api` → `api-env`. */
export function envServiceName(router: string): string {
	return parseServiceName(`${router.replace(/-router$/, '')}-env`);
}

/** Lowercase, runs outside `[a-z0-9-]` → `-`, no outer `-`. */
function clean(text: string): string {
	return text
		.trim()
		.toLowerCase()
		.replace(/[^a-z0-9-]+/g, '-')
		.replace(/^-+|-+$/g, '');
}
