import { expect, it } from 'vitest';
import { service, stack } from '../plan/testing/stack.ts';
import type { Platform } from '../platform/port.ts';
import { deleteProject } from './delete-project.ts';
import { startRun } from './run.ts';
import { recordingPorts } from './testing/recording-ports.ts';

const step = {
	kind: 'delete-project',
	id: 'undo',
	title: 'Delete project shop',
	services: ['pulse-router', 'pulse-env'],
} as const;
const signal = new AbortController().signal;

async function undo(...names: string[]): Promise<readonly string[]> {
	const deleted: string[] = [];
	const observation = stack({ services: names.map((name) => service(name)) });
	const { ports } = await recordingPorts(observation);
	const account = { ...ports.account, deleteProject: async (id: string) => void deleted.push(id) };
	const platform = { observe: async () => observation } as unknown as Platform;
	const run = startRun({ ...ports, account }, { platform, observation });
	await deleteProject(step, run, signal, () => {});
	return deleted;
}

it('a new project goes with what the run made in it', async () => {
	expect(await undo('pulse-router')).toEqual(['p']);
	expect(await undo()).toEqual(['p']);
});

it('a project where somebody put another service meanwhile stays', async () => {
	await expect(undo('pulse-router', 'their-database')).rejects.toMatchObject({
		message: 'project p also has their-database',
	});
});
