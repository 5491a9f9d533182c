import { expect } from 'vitest';
import type { CommandResult } from '../../support/command.ts';
import type { Lane, Stack } from './lane.ts';
import { BASELINE } from './scenario.ts';
import { expectInOrder } from './standing.ts';

let projects = 0;

/** An init in a project of its own: a new one that it makes, or one that stands empty and is named by its ids. */
export async function prepareInit(lane: Lane, where: 'new' | 'existing') {
	const name = `project-${++projects}`;
	const args = lane.initArguments(name);
	const env = where === 'new' ? {} : await lane.emptyProject(name);
	let made: Stack | undefined;
	return {
		args,
		env,
		mayAnswer: [],
		untouched: [],
		// Killed after its very last write it has done everything but say so.
		nothingLeft: /baseline stack already exists/,
		/** The check of the other commands needs a stack; this one looks for its own. */
		async check(ended: CommandResult) {
			expect(lane.projects(name), 'projects of that name').toHaveLength(1);
			made = await lane.stackOf(ended.code === 0 ? JSON.parse(ended.stdout) : lane.initResult(name));
			expect(lane.services(made)).toEqual(BASELINE);
			expect((await fetch(`${made.address}/healthz`)).status).toBe(200);
			// The janitor's token is the one that stands, and it works.
			const { code, stderr } = await lane.run(['janitor', 'run'], made.janitorEnv);
			expect(code, stderr).toBe(0);
			await expectInOrder(lane, made, name);
		},
		async dispose() {
			await made?.store.close();
			for (const id of lane.projects(name)) await lane.deleteProject(id);
		},
	};
}
