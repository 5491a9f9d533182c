import { usageError } from 'pulse-deploy-kit/errors';

/**
 * The address for `openStore` by contract R4.12; `null` when the environment names no store. `PULSE_KV_KIND` picks
 * `memory`, `redis` (`PULSE_KV_URL`, then `REDIS_URL`) or `sqlite` (`PULSE_KV_PATH`); without it a URL means redis.
 * A URL may also be `sqlite:<path>`, which is what the local platform sets where there is no Redis.
 */
export function storeUrlFromEnvironment(env: Readonly<Record<string, string | undefined>>): string | null {
	const value = (name: string) => env[name]?.trim() || null;
	const ambient = value('PULSE_KV_URL') ?? value('REDIS_URL');
	const path = value('PULSE_KV_PATH');
	switch (value('PULSE_KV_KIND')) {
		case 'memory':
			return 'memory:';
		case 'redis':
			return ambient;
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
