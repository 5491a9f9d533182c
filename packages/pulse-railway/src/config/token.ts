import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { Secret } from 'pulse-deploy-kit/secret';
import { z } from 'zod';
import { localHint } from './local-hint.ts';

export type TokenVariable = 'RAILWAY_TOKEN' | 'RAILWAY_API_TOKEN';

export interface RailwayToken {
	readonly secret: Secret;
	/** `login` is the user's personal login: never stored anywhere, never refreshed here. */
	readonly origin: 'flag' | 'login' | TokenVariable;
	/** The variable that carries it for child processes; an explicit token equal to a variable takes its name. */
	readonly variable: TokenVariable | null;
}

export interface TokenSources {
	/** `--token`. */
	readonly explicit?: Secret | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where `.railway` is. */
	readonly home: string;
	/** Unix milliseconds. */
	readonly now: number;
	/** Where the command was typed: a local platform may stand there. */
	readonly cwd: string;
}

/** An expiry nearer than this counts as reached: the command itself takes time. */
const LEEWAY_MS = 60_000;

/**
 * Explicit > `RAILWAY_TOKEN` > `RAILWAY_API_TOKEN` > login of the Railway CLI (contract R11.1). Blank variables count as
 * absent. Throws when there is none, or when only an expired login is left.
 */
export async function requireToken({ explicit, env, home, now, cwd }: TokenSources): Promise<RailwayToken> {
	const given = explicit?.reveal().trim();
	if (given)
		return {
			secret: headerSafe(given, '--token'),
			origin: 'flag',
			variable: VARIABLES.find((name) => env[name]?.trim() === given) ?? null,
		};
	for (const name of VARIABLES) {
		const value = env[name]?.trim();
		if (value) return { secret: headerSafe(value, name), origin: name, variable: name };
	}
	const login = await readLogin(home, env.RAILWAY_ENV);
	if (login === null)
		throw new DeployToolError('token-required', 'token is required', {
			fault: 'user',
			next: `Set RAILWAY_TOKEN (project token) or RAILWAY_API_TOKEN (account or workspace token), or run \`railway login\`. ${localHint({ env, cwd })}`,
		});
	if (login.expiresAt !== null && login.expiresAt - LEEWAY_MS <= now)
		throw new DeployToolError('login-expired', 'The login of the Railway CLI has expired.', {
			fault: 'user',
			next: 'Run `railway whoami`, which renews it, or set RAILWAY_API_TOKEN.',
		});
	return { secret: login.token, origin: 'login', variable: null };
}

const VARIABLES = ['RAILWAY_TOKEN', 'RAILWAY_API_TOKEN'] as const satisfies readonly TokenVariable[];

/** Anything else cannot be sent, which the network would report as a lost connection. */
function headerSafe(token: string, source: string): Secret {
	if (/^[\x21-\x7e]+$/.test(token)) return new Secret(token);
	throw usageError(
		`the token in ${source} has a space, a line break or another character that no token has`,
		'Copy it again from Railway, as one line.',
	);
}

const FILES: Readonly<Record<string, string>> = {
	staging: 'config-staging.json',
	develop: 'config-dev.json',
	dev: 'config-dev.json',
};

const loginFile = z.object({
	user: z
		.object({
			accessToken: z.string().nullish(),
			access_token: z.string().nullish(),
			tokenExpiresAt: z.number().nullish(),
			token: z.string().nullish(),
		})
		.nullish(),
});

/** Read only: refresh tokens rotate and the CLI guards that with a lock of its own (docs/platform-facts/railway.md §1.1). */
async function readLogin(
	home: string,
	railwayEnv: string | undefined,
): Promise<{ token: Secret; expiresAt: number | null } | null> {
	const file = FILES[railwayEnv ?? ''] ?? 'config.json';
	const user = parse(await readFile(join(home, '.railway', file), 'utf8').catch(() => ''))?.user;
	const access = user?.accessToken || user?.access_token;
	if (access) return { token: new Secret(access), expiresAt: milliseconds(user?.tokenExpiresAt) };
	return user?.token ? { token: new Secret(user.token), expiresAt: null } : null;
}

function parse(text: string): z.infer<typeof loginFile> | undefined {
	try {
		return loginFile.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}

/** The CLI writes Unix seconds; a value that large can only be milliseconds. */
function milliseconds(time: number | null | undefined): number | null {
	if (time === null || time === undefined) return null;
	return time > 1e11 ? time : time * 1000;
}
