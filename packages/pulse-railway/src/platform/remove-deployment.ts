import type { Connection } from './connection.ts';
import { isPassing, isPlatformError } from './error.ts';
import { readDeployment, removeDeployment as remove } from './operations/deployments.ts';

const OVER: ReadonlySet<string> = new Set(['REMOVED', 'REMOVING', 'FAILED', 'CRASHED', 'SKIPPED']);

export async function removeDeployment(connection: Connection, id: string, signal: AbortSignal): Promise<void> {
	try {
		await connection.run(remove, { id }, signal);
	} catch (error) {
		if (!isPlatformError(error)) throw error;
		if (error.kind === 'not-found') return;
		if (isPassing(error)) throw error;
		// What ended before may be refused, in words that are not known: then its state tells.
		const { deployment } = await connection.run(readDeployment, { id }, signal);
		if (!OVER.has(deployment.status)) throw error;
	}
}
