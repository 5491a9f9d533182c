import { describe, startProcess } from '../processes/spawn.ts';
import type { WriteLine } from '../runtime/logs.ts';
import type { ProcessRegistry } from '../runtime/registry.ts';

/** The deployment cannot go on; the message ends its log. */
export class BuildFailure extends Error {
	readonly status: 'FAILED' | 'CRASHED';

	constructor(message: string, status: BuildFailure['status'] = 'FAILED') {
		super(message);
		this.status = status;
	}
}

export interface StepContext {
	readonly registry: ProcessRegistry;
	readonly log: WriteLine;
	readonly signal: AbortSignal;
}

/** Runs one command to its end, its output in the log. */
export async function runStep(
	context: StepContext,
	step: { command: string; cwd: string; env: Readonly<Record<string, string>> },
): Promise<void> {
	context.signal.throwIfAborted();
	context.log(`$ ${step.command}`);
	const process = startProcess({ ...step, onLine: (text, severity) => context.log(text, severity) }, context.registry);
	const abort = () => void process.stop(0);
	context.signal.addEventListener('abort', abort, { once: true });
	const exit = await process.exited;
	context.signal.removeEventListener('abort', abort);
	context.signal.throwIfAborted();
	if (exit.code !== 0) throw new BuildFailure(`"${step.command}" ended with ${describe(exit)}`);
}
