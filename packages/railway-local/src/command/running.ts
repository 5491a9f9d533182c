import { DeployToolError } from 'pulse-deploy-kit/errors';
import { localCommand } from '../command-line.ts';
import type { PlatformDescription } from '../describe.ts';
import { findRunning, type RunningPlatform } from '../directory-lock.ts';

const BUDGET_MS = 10_000;
const SHUTDOWN_BUDGET_MS = 60_000;

/** What `local status` shows; throws `local-not-running`. */
export async function describeRunning(dir: string): Promise<PlatformDescription> {
	const platform = findRunning(dir);
	if (!platform?.apiUrl) throw notRunning(dir);
	return (await (await ask(platform, 'GET', '/local/status')).json()) as PlatformDescription;
}

/** Stops a running platform and waits for its end. False when none ran. */
export async function stopRunning(dir: string, signal: AbortSignal): Promise<boolean> {
	const platform = findRunning(dir);
	if (!platform) return false;
	// One that does not answer, or has not come up yet, ends by its signal just as cleanly.
	const asked = platform.apiUrl !== null && (await ask(platform, 'POST', '/local/stop').catch(() => null))?.ok;
	if (!asked) process.kill(platform.pid, 'SIGTERM');
	const deadline = performance.now() + SHUTDOWN_BUDGET_MS;
	while (findRunning(dir)?.pid === platform.pid) {
		signal.throwIfAborted();
		if (performance.now() > deadline) {
			throw new DeployToolError('local-stop-timeout', `The local platform in ${dir} does not stop.`, {
				fault: 'platform',
				next: `kill -9 ${platform.pid} (its services end with it)`,
			});
		}
		await new Promise((done) => setTimeout(done, 50));
	}
	return true;
}

export function notRunning(dir: string): DeployToolError {
	return new DeployToolError('local-not-running', `No local platform runs in ${dir}.`, {
		fault: 'user',
		next: localCommand(dir, 'up --detach'),
	});
}

function ask(platform: RunningPlatform, method: string, path: string): Promise<Response> {
	return fetch(new URL(path, platform.apiUrl!), {
		method,
		headers: { authorization: `Bearer ${platform.token}` },
		signal: AbortSignal.timeout(BUDGET_MS),
	}).catch((cause: unknown) => {
		throw new DeployToolError('local-silent', `The local platform at ${platform.apiUrl} does not answer.`, {
			fault: 'platform',
			detail: `Its process ${platform.pid} is there; it may be suspended or busy.`,
			next: `Go on with it (kill -CONT ${platform.pid}), or end it: kill ${platform.pid}`,
			cause,
		});
	});
}
