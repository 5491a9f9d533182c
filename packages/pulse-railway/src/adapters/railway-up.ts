import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { maskSecrets } from 'pulse-deploy-kit/secret';
import type { RailwayToken } from '../config/token.ts';
import type { Account } from '../platform/port.ts';
import type { RailwayUp } from './ports.ts';

const SHOWN_LINES = 40;

/** What would lead the CLI to another project, another API or another login than ours. */
const STEERS_RAILWAY = new Set([
	...['RAILWAY_TOKEN', 'RAILWAY_API_TOKEN', 'RAILWAY_ENV'],
	...['RAILWAY_PROJECT_ID', 'RAILWAY_ENVIRONMENT_ID', 'RAILWAY_SERVICE_ID'],
]);

export interface RailwayUpSession {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly token: RailwayToken;
	readonly account: Pick<Account, 'tokenScope'>;
	readonly host: Host;
}

/** Uploads of any size: the CLI bounds them by what it takes for one request, 90 s by default. */
const HTTP_TIMEOUT_SECONDS = '3600';

/**
 * Runs the Railway CLI's own `railway up` (contract R6.5, R6.6). Detached: its log stream is not trusted, and the
 * deployment is awaited through the API. Its id, where the CLI tells it.
 */
export async function railwayUp(
	{ bin, source, projectId, environmentId, serviceId }: RailwayUp,
	{ env, token, account, host }: RailwayUpSession,
	signal: AbortSignal,
): Promise<{ deploymentId: string | null }> {
	const kind = (await account.tokenScope(signal)) === null ? 'RAILWAY_API_TOKEN' : 'RAILWAY_TOKEN';
	const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !STEERS_RAILWAY.has(name)));
	const lines: string[] = [];
	let deploymentId: string | null = null;
	const { exitCode } = await runProcess({
		command: bin,
		args: [
			// A path with a folder called node_modules or .git in it would be taken for one, and nothing be sent.
			...['up', '.', '--project', projectId, '--environment', environmentId, '--service', serviceId],
			...['--detach', '--json', '--path-as-root'],
			...(source.useGitignore ? [] : ['--no-gitignore']),
		],
		cwd: source.context,
		// Two tokens would be an error of its own, and a stored login may be another account's.
		env: {
			RAILWAY_HTTP_TIMEOUT: HTTP_TIMEOUT_SECONDS,
			...rest,
			RAILWAY_NO_AUTO_UPDATE: '1',
			[token.variable ?? kind]: token.secret.reveal(),
		},
		signal,
		onLine(line) {
			const text = maskSecrets(line, [token.secret]);
			deploymentId ??= deploymentIn(text);
			lines.push(text);
			host.notify({ level: 'output', source: 'railway', text });
		},
	});
	if (exitCode === 0) return { deploymentId };
	throw new DeployToolError('railway-up-failed', `railway up failed with exit code ${exitCode}.`, {
		fault: 'platform',
		detail: lines.slice(-SHOWN_LINES).join('\n'),
		next: 'Try it without --railway-bin, which uploads by itself.',
	});
}

/** Older ones say it in words alone. */
function deploymentIn(line: string): string | null {
	if (!line.startsWith('{')) return null;
	try {
		const { deploymentId } = JSON.parse(line) as { deploymentId?: unknown };
		return typeof deploymentId === 'string' && deploymentId !== '' ? deploymentId : null;
	} catch {
		return null;
	}
}
