import { BuildFailure, runStep, type StepContext } from '../run-step.ts';

/** Refused, unknown, unreachable or silent: what npm says of a network that is not there. */
const OFFLINE =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ECONNRESET|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|network timeout)\b/;
const PING = 'npm ping --fetch-retries=0 --fetch-timeout=8000';

/**
 * Runs an install, which by itself tries for minutes where no registry answers: there, what npm has kept must do, or the
 * build ends within seconds. Any answer of a registry will do, and npm's own settings, proxies included, say where to ask.
 */
export async function withRegistry(
	step: { command: string; cwd: string; env: Readonly<Record<string, string>> },
	context: StepContext,
): Promise<void> {
	const code = await unreachable(step.cwd, step.env, context);
	if (code === null) return runStep(context, step);
	context.log(`The package registry cannot be reached (${code}): trying with what npm has kept.`, 'error');
	const isNpm = /^npm\s/.test(step.command);
	try {
		if (!isNpm) throw new BuildFailure('offline');
		await runStep(context, { ...step, command: `${step.command} --offline` });
	} catch (error) {
		if (!(error instanceof BuildFailure)) throw error;
		throw new BuildFailure(
			`The package registry cannot be reached (${code}), so dependencies cannot be installed: is this machine offline? ` +
				'With the network back, deploy again; without one, "local up --node-modules <dir>" links a tree that is installed already.',
		);
	}
}

async function unreachable(
	cwd: string,
	env: Readonly<Record<string, string>>,
	{ registry, signal }: StepContext,
): Promise<string | null> {
	const lines: string[] = [];
	try {
		await runStep({ registry, signal, log: (line) => void lines.push(line) }, { command: PING, cwd, env });
		return null;
	} catch (error) {
		if (!(error instanceof BuildFailure)) throw error;
		return OFFLINE.exec(lines.join('\n'))?.[1] ?? null;
	}
}
