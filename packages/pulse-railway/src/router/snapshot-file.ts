import { readFile, stat } from 'node:fs/promises';
import { AFFINITIES } from 'pulse-deploy-kit/container/settings';
import { replaceFile } from 'pulse-deploy-kit/replace-file';
import { z } from 'zod';
import type { RoutingSnapshot } from '../deployments/record.ts';

const recordSchema = z.object({
	id: z.string(),
	serviceName: z.string().nullable(),
	state: z.enum(['pending', 'active', 'draining', 'retiring']),
	drainStartedAt: z.number().nullable(),
	lastSeenAt: z.number().nullable(),
	preview: z.exactOptional(z.object({ name: z.string(), until: z.number() })),
	container: z.exactOptional(z.object({ affinity: z.enum(AFFINITIES), healthPath: z.string(), port: z.number() })),
});
const snapshotSchema = z.object({
	revision: z.number(),
	activeId: z.string().nullable(),
	promotedAt: z.number().nullable(),
	deployments: z.array(recordSchema),
});

/** The last snapshot that was written here, or `null`: missing, damaged, or another user's file, which could steer traffic. */
export async function readSnapshotFile(path: string): Promise<RoutingSnapshot | null> {
	try {
		if (process.getuid && (await stat(path)).uid !== process.getuid()) return null;
		return snapshotSchema.parse(JSON.parse(await readFile(path, 'utf8')));
	} catch {
		return null;
	}
}

/** Readable by the owner alone. */
export function writeSnapshotFile(path: string, snapshot: RoutingSnapshot): Promise<void> {
	return replaceFile(path, JSON.stringify(snapshot), { file: 0o600, folder: 0o700 });
}
