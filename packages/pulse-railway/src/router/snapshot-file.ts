import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AFFINITIES } from 'pulse-deploy-kit/container/settings';
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

/** Temporary file, flush, rename: a reader sees the old snapshot or the new one, also after a crash. */
export async function writeSnapshotFile(path: string, snapshot: RoutingSnapshot): Promise<void> {
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
	try {
		const file = await open(temporary, 'wx', 0o600);
		try {
			await file.writeFile(JSON.stringify(snapshot));
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}
