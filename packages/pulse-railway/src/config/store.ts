import { usageError } from 'pulse-deploy-kit/errors';

/** What a caller says itself; the environment wins where both speak, as the predecessor had it. */
export interface StoreChoice {
	readonly kind?: string;
	readonly url?: string;
	readonly path?: string;
}

/**
 * The address for `openStore` by contract R4.12; `null` when the environment names no store. `PULSE_KV_KIND` picks
 * `memory`, `redis` (`PULSE_KV_URL`, then `REDIS_URL`) or `sqlite` (`PULSE_KV_PATH`); without it a URL means redis.
 * A URL may also be `sqlite:<path>`, which is what the local platform sets where there is no Redis.
 */
export function storeUrlFromEnvironment(
	env: Readonly<Record<string, string | undefined>>,
	choice: StoreChoice = {},
): string | null {
	const value = (name: string, otherwise?: string) => env[name]?.trim() || otherwise?.trim() || null;
	const ambient = value('PULSE_KV_URL') ?? value('REDIS_URL');
	const path = value('PULSE_KV_PATH', choice.path);
	switch (value('PULSE_KV_KIND', choice.kind)) {
		case 'memory':
			return 'memory:';
		case 'redis':
			return ambient ?? (choice.url?.trim() || null);
		case 'sqlite':
			return path === null ? null : `sqlite:${path}`;
		default:
			return ambient;
	}
}

/** For services that cannot run without a store. Throws a usage error that names the variables. */
export function requireStoreUrl(env: Readonly<Record<string, string | undefined>>): string {
	const url = storeUrlFromEnvironment(env);
	if (url !== null) return url;
	throw usageError(
		'no deployment store is configured',
		'Set REDIS_URL, or PULSE_KV_KIND to redis, sqlite or memory with PULSE_KV_URL or PULSE_KV_PATH.',
	);
}
