import type { Clock } from 'pulse-deploy-kit/clock';
import { readOwnTask } from './own-task.ts';

/** Asks Fargate for this task's id; else the fallback, else `unknown`. Never fails. */
export async function readTaskId(
	metadataUri: string | null,
	fallback: string | null,
	clock: Clock,
	signal: AbortSignal,
): Promise<string> {
	return (await readOwnTask(metadataUri, clock, signal))?.id ?? fallback ?? 'unknown';
}
