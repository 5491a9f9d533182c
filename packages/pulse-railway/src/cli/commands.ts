import type { CommandSpec } from 'pulse-deploy-kit/command';
import { deployCommand } from './deploy.ts';
import { initCommand } from './init.ts';
import { janitorRunCommand } from './janitor-run.ts';
import { routerCommand } from './router.ts';
import { statusCommand } from './status.ts';

/** In the order of `--help`. Engines are imported by the command that runs, so help stays quick. */
export const commands: readonly CommandSpec[] = [
	initCommand,
	deployCommand,
	statusCommand,
	janitorRunCommand,
	routerCommand,
];
