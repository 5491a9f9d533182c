import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { maskSecrets } from 'pulse-deploy-kit/secret';
import type { RailwayToken } from '../config/token.ts';
import type { Account } from '../platform/port.ts';
import type { RailwayUp } from './ports.ts';

const SHOWN_LINES = 40;

export interface RailwayUpSession {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly token: RailwayToken;
	readonly account: Pick<Account, 'tokenScope'>;
	readonly host: Host;
}

/**
 * Runs the Railway CLI's own `railway up` (contract R6.5, R6.6). Detached: its log stream is not trusted, and the
 * deployment is awaited through the API.
 */
export async function railwayUp(
	{ bin, source, projectId, environmentId, serviceId }: RailwayUp,
	{ env, token, account, host }: RailwayUpSession,
	signal: AbortSignal,
): Promise<void> {
	const kind = (await account.tokenScope(signal)) === null ? 'RAILWAY_API_TOKEN' : 'RAILWAY_TOKEN';
	const { RAILWAY_TOKEN: _project, RAILWAY_API_TOKEN: _account, ...rest } = env;
	const lines: string[] = [];
	const { exitCode } = await runProcess({
		command: bin,
		args: [
			...['up', source.context, '--project', projectId, '--environment', environmentId, '--service', serviceId],
			...['--ci', '--detach', '--path-as-root'],
			...(source.useGitignore ? [] : ['--no-gitignore']),
		],
		cwd: source.context,
		// Two tokens would be an error of its own, and a stored login may be somebody else's.
		env: { ...rest, [token.variable ?? kind]: token.secret.reveal() },
		signal,
		onLine(line) {
			const text = maskSecrets(line, [token.secret]);
			lines.push(text);
			host.notify({ level: 'output', source: 'railway', text });
		},
	});
	if (exitCode === 0) return;
	throw new DeployToolError('railway-up-failed', `railway up failed with exit code ${exitCode}.`, {
		fault: 'platform',
		detail: lines.slice(-SHOWN_LINES).join('\n'),
		next: 'Try it without --railway-bin, which uploads by itself.',
	});
}
