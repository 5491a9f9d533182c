import type { CommandResult, Invocation } from 'pulse-deploy-kit/command';
import { localCommand } from '../command-line.ts';
import type { LocalPlatformOptions } from '../options.ts';
import { type LocalPlatform, startLocalPlatform } from '../platform.ts';
import { startDetached } from './detached.ts';
import { warnOfElsewhere } from './elsewhere.ts';
import { describeRunning } from './running.ts';
import { exportLines } from './show.ts';

export interface UpRequest {
	/** The script of `pulse-railway`: what services find on their PATH, and what `--detach` starts. */
	readonly command: string;
	readonly dir: string;
	readonly port: number;
	readonly nodeModules: string | undefined;
	readonly buildCommand: string | undefined;
	readonly redis: NonNullable<LocalPlatformOptions['redis']>;
	readonly cronScale: number;
	readonly containers: boolean;
	readonly detach: boolean;
}

type Edge = Pick<Invocation, 'env' | 'host' | 'signal' | 'print' | 'json'>;

/** In the foreground the result is printed when it is ready, not when it ends. */
export async function runUp(request: UpRequest, { env, host, signal, print, json }: Edge): Promise<CommandResult> {
	if (request.detach) {
		const { apiUrl, token, workspaceId, fresh } = await startDetached(
			request.command,
			request.dir,
			detachedFlags(request),
			env,
			signal,
		);
		const address = { apiUrl: apiUrl!, accountToken: token!, workspaceId: workspaceId! };
		const verb = fresh ? 'runs' : 'was running already, with its own settings,';
		const text = `The local platform ${verb} at ${address.apiUrl}. Stop it: ${localCommand(request.dir, 'down')}`;
		host.notify({ level: 'success', text });
		warnOfElsewhere(env, await describeRunning(request.dir), host);
		return { json: addressJson(address), text: exportLines(address, request.dir) };
	}
	const platform = await startLocalPlatform({
		dir: request.dir,
		env,
		port: request.port,
		redis: request.redis,
		containers: request.containers,
		commands: { 'pulse-railway': request.command },
		behaviour: { cronScale: request.cronScale },
		report: (text) => host.notify({ level: 'warning', text }),
		...(request.nodeModules === undefined ? {} : { nodeModules: request.nodeModules }),
		...(request.buildCommand === undefined ? {} : { buildCommand: request.buildCommand }),
	});
	try {
		host.notify({ level: 'success', text: `The local platform runs at ${platform.apiUrl}; ${engines(platform)}.` });
		host.notify({ level: 'info', text: 'Ctrl-C stops it and every service. In another terminal:' });
		print(json ? JSON.stringify(addressJson(platform), null, 2) : exportLines(platform, request.dir));
		warnOfElsewhere(env, platform.describe(), host);
		await Promise.race([platform.stopRequested, aborted(signal)]);
		host.notify({ level: 'info', text: 'Stopping services.' });
	} finally {
		await platform.close();
	}
	host.notify({ level: 'success', text: 'Stopped.' });
	return { json: undefined, exitCode: signal.aborted ? 130 : 0 };
}

function addressJson(address: { apiUrl: string; accountToken: string; workspaceId: string }) {
	return { api_url: address.apiUrl, api_token: address.accountToken, workspace_id: address.workspaceId };
}

function engines({ redis, containers }: LocalPlatform): string {
	return containers === null ? redis : `${redis}; images run by ${containers}`;
}

function detachedFlags({ port, nodeModules, buildCommand, redis, cronScale, containers }: UpRequest): string[] {
	const flags = ['--port', String(port), '--redis', redis, '--cron-scale', String(cronScale)];
	if (containers) flags.push('--containers');
	if (nodeModules !== undefined) flags.push('--node-modules', nodeModules);
	if (buildCommand !== undefined) flags.push('--build-command', buildCommand);
	return flags;
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
