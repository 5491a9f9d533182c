import { homedir } from 'node:os';
import { systemClock } from 'pulse-deploy-kit/clock';
import type { Invocation } from 'pulse-deploy-kit/command';
import type { Secret } from 'pulse-deploy-kit/secret';
import { apiEndpoint, apiTimeout } from '../config/api.ts';
import { type RailwayToken, requireToken } from '../config/token.ts';
import { openConnection } from '../platform/connection.ts';
import { openAccount } from '../platform/open-account.ts';
import { openPlatform } from '../platform/open-platform.ts';
import { openOutgoing } from '../platform/outgoing.ts';
import type { Account, TokenScope } from '../platform/port.ts';
import { DEFAULT_TIMEOUTS } from '../platform/transport.ts';
import { API_URL_VARIABLE } from '../protocol.ts';
import type { Ports } from './ports.ts';
import { openRouterPort } from './router.ts';
import { openVisit, type Visit } from './visit.ts';

/** Which tool the variables are meant for; predecessors took either token from either. */
const LIKELY = { RAILWAY_TOKEN: 'project-token', RAILWAY_API_TOKEN: 'bearer' } as const;

/** Where one command runs: its way to Railway, and the person or program that runs it. */
export interface Session extends Pick<Invocation, 'host' | 'signal' | 'dryRun' | 'env' | 'cwd'> {
	readonly ports: Ports;
	readonly account: Account;
	readonly token: RailwayToken;
	readonly visit: Visit;
	/** Where Railway is not Railway's own; the janitor must use the same. */
	readonly apiUrl: string | undefined;
	/** What another token than the session's opens; `null` for one that is no project token, or none any more. */
	scopeOf(token: Secret, signal: AbortSignal): Promise<TokenScope | null>;
}

export interface SessionOptions extends Pick<Invocation, 'host' | 'signal' | 'dryRun' | 'env' | 'cwd'> {
	readonly token: Secret | undefined;
}

/** Opens the connection for `work` and closes it after. @throws DeployToolError `token-required`, `login-expired` */
export async function withSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
	const { env, host, cwd, signal, dryRun } = options;
	const endpoint = apiEndpoint(env);
	const token = await requireToken({ explicit: options.token, env, home: homedir(), now: systemClock.now(), cwd });
	const outgoing = openOutgoing(env, DEFAULT_TIMEOUTS.connect);
	const connection = openConnection({
		outgoing,
		token: token.secret,
		endpoint,
		timeouts: { total: apiTimeout(env) },
		...(token.origin === 'login' ? { auth: 'bearer' as const } : {}),
		likely: token.variable === null ? undefined : LIKELY[token.variable],
	});
	const account = openAccount(connection);
	try {
		return await work({
			host,
			signal,
			dryRun,
			env,
			cwd,
			account,
			token,
			visit: openVisit(outgoing, () => systemClock.now()),
			apiUrl: env[API_URL_VARIABLE]?.trim() ? endpoint.href : undefined,
			async scopeOf(other, signal) {
				const theirs = openConnection({ outgoing, token: other, endpoint, timeouts: { total: apiTimeout(env) } });
				try {
					return (await theirs.identify(signal)).scope;
				} finally {
					await theirs.close();
				}
			},
			ports: {
				account,
				openPlatform: (target) => openPlatform(connection, target),
				openRouter: (address) => openRouterPort(address, outgoing.fetch),
				// Only deploys build, and a rollback should not wait for what they need.
				async pack(source, signal) {
					const [{ packSource }, { userIgnoreFile }] = await Promise.all([
						import('./pack-source.ts'),
						import('../source/git-repository.ts'),
					]);
					const home = homedir();
					const userIgnore = await userIgnoreFile(home, env.XDG_CONFIG_HOME);
					return packSource(source, { home, userIgnore }, host, signal);
				},
				async railwayUp(request, signal) {
					const { railwayUp } = await import('./railway-up.ts');
					return railwayUp(request, { env, token, account, host }, signal);
				},
				async buildImage(build, signal) {
					const { buildImage } = await import('./docker.ts');
					return buildImage(build, env, host, signal);
				},
				clock: systemClock,
				host,
			},
		});
	} finally {
		await connection.close();
		await outgoing.close();
	}
}
