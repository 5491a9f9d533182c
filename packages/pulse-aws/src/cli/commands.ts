import type { CommandSpec } from 'pulse-deploy-kit/command';
import { deployCommand } from './deploy.ts';
import { reapCommand } from './reap.ts';
import { rollbackCommand } from './rollback.ts';
import { statusCommand } from './status.ts';
import { teardownCommand } from './teardown.ts';
import { verifyCommand } from './verify.ts';

/** In the order of `--help`. Engines are imported by the command that runs, so help stays quick. */
export const commands: readonly CommandSpec[] = [
	deployCommand,
	verifyCommand,
	statusCommand,
	rollbackCommand,
	reapCommand,
	teardownCommand,
];
