import type { CommandSpec } from 'pulse-deploy-kit/command';
import { initCommand } from './init.ts';

/** What the Python tools of 0.3 called `init`. */
export const scaffoldCommand: CommandSpec = {
	...initCommand,
	examples: ['pulse-railway scaffold app.ts --project shop'],
};
