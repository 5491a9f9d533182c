import type { Clock } from 'pulse-deploy-kit/clock';

const TRIES = 3;
const TRY_MS = 2000;
const PAUSE_MS = 500;

/** Asks Fargate for this task's id; else the fallback, else `unknown`. Never fails. */
export async function readTaskId(
	metadataUri: string | null,
	fallback: string | null,
	clock: Clock,
	signal: AbortSignal,
): Promise<string> {
	for (let attempt = 1; metadataUri !== null && attempt <= TRIES; attempt++) {
		const id = await ask(`${metadataUri}/task`, signal);
		if (id !== null) return id;
		if (attempt < TRIES) await clock.sleep(PAUSE_MS, signal);
	}
	return fallback ?? 'unknown';
}

async function ask(url: string, signal: AbortSignal): Promise<string | null> {
	try {
		const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]) });
		const task: unknown = await response.json();
		const arn = typeof task === 'object' && task !== null && 'TaskARN' in task ? task.TaskARN : null;
		return typeof arn === 'string' ? arn.split('/').at(-1) || null : null;
	} catch {
		return null;
	}
}
