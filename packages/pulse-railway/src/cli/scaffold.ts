import type { CommandSpec } from 'pulse-deploy-kit/command';
import { initCommand } from './init.ts';

/** What the Python tools of 0.3 called `init`. */
export const scaffoldCommand: CommandSpec = {
	...initCommand,
	name: 'scaffold',
	summary: 'The same as init, by the name that pulse-railway 0.3 gave it',
	examples: ['pulse-railway scaffold app.ts --project shop'],
};
