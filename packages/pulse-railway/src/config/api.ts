import { usageError } from 'pulse-deploy-kit/errors';
import { isLoopback } from 'pulse-deploy-kit/loopback';
import { integer } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { API_URL_VARIABLE } from '../protocol.ts';

const RAILWAY_API = 'https://backboard.railway.com/graphql/v2';

/** Whether it is Railway's own API, the only one that the Railway CLI speaks to. */
export function isRailwayApi(endpoint: URL): boolean {
	return endpoint.host === new URL(RAILWAY_API).host;
}

/** The GraphQL endpoint: `PULSE_RAILWAY_API_URL`, else Railway's own. Plain http only to this machine: a token travels. */
export function apiEndpoint(env: Readonly<Record<string, string | undefined>>): URL {
	const given = env[API_URL_VARIABLE]?.trim() || RAILWAY_API;
	const url = URL.canParse(given) ? new URL(given) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol))
		throw usageError(`${API_URL_VARIABLE} must be a URL like ${RAILWAY_API}, got '${given}'`);
	if (url.username !== '' || url.password !== '')
		throw usageError(`${API_URL_VARIABLE} must not contain a user or password`);
	if (url.protocol === 'http:' && !isLoopback(url.host))
		throw usageError(`${API_URL_VARIABLE} must be https, because the requests carry a token: '${given}'`);
	return url;
}

const settings = {
	seconds: {
		describe: 'how long one API request may take; some writes of Railway need more than a minute',
		env: ['PULSE_RAILWAY_API_TIMEOUT_SECONDS'],
		default: 120,
		parse: integer({ min: 1, max: 600 }),
	},
} satisfies SettingTable;

/** Milliseconds for one request, or for one silence during an upload. `PULSE_RAILWAY_API_TIMEOUT_SECONDS`, default 120. */
export function apiTimeout(env: Readonly<Record<string, string | undefined>>): number {
	return resolveSettings(settings, { flags: {}, env }).values.seconds * 1000;
}
