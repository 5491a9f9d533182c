import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RoutingSnapshot } from '../deployments/record.ts';
import { readSnapshotFile, writeSnapshotFile } from './snapshot-file.ts';

const snapshot: RoutingSnapshot = {
	revision: 3,
	activeId: 'v1',
	promotedAt: 1,
	deployments: [{ id: 'v1', serviceName: 'v1', state: 'active', drainStartedAt: null, lastSeenAt: 0 }],
};

async function folder(): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), 'snapshot-'));
	onTestFinished(() => rm(path, { recursive: true }));
	return path;
}

it('is read back as it was written, and nothing else is left behind', async () => {
	const path = join(await folder(), 'deep', 'last.json');
	await writeSnapshotFile(path, snapshot);
	await writeSnapshotFile(path, { ...snapshot, revision: 4 });
	expect(await readSnapshotFile(path)).toEqual({ ...snapshot, revision: 4 });
	expect(await readdir(join(path, '..'))).toEqual(['last.json']);
});

it('is nothing when missing, cut short or of another shape', async () => {
	const path = join(await folder(), 'last.json');
	expect(await readSnapshotFile(path)).toBeNull();
	for (const text of [
		'',
		'{"revision":3',
		'[]',
		'{"revision":"3","activeId":null,"promotedAt":null,"deployments":[]}',
	]) {
		await writeFile(path, text);
		expect(await readSnapshotFile(path), text).toBeNull();
	}
});
