import type { CommandSpec } from 'pulse-deploy-kit/command';
import { completionCommand } from 'pulse-deploy-kit/completion';
import { configCommand } from './config.ts';
import { dashboardCommand } from './dashboard.ts';
import { deleteCommand } from './delete.ts';
import { deployCommand } from './deploy.ts';
import { doctorCommand } from './doctor.ts';
import { drainCommand } from './drain.ts';
import { ensureCommand } from './ensure.ts';
import { historyCommand } from './history.ts';
import { initCommand } from './init.ts';
import { janitorRunCommand } from './janitor-run.ts';
import { localCommands } from './local.ts';
import { lockCommand } from './lock.ts';
import { logsCommand } from './logs.ts';
import { openCommand } from './open.ts';
import { promoteCommand } from './promote.ts';
import { recallCommand } from './recall.ts';
import { redeployCommand } from './redeploy.ts';
import { removeCommand } from './remove.ts';
import { rollbackCommand } from './rollback.ts';
import { routerCommand } from './router.ts';
import { scaffoldCommand } from './scaffold.ts';
import { statusCommand } from './status.ts';
import { upgradeCommand } from './upgrade.ts';
import { whoamiCommand } from './whoami.ts';

/** In the order of `--help`. Engines are imported by the command that runs, so help stays quick. */
export const commands: readonly CommandSpec[] = [
	initCommand,
	upgradeCommand,
	ensureCommand,
	deployCommand,
	statusCommand,
	whoamiCommand,
	configCommand,
	dashboardCommand,
	doctorCommand,
	openCommand,
	logsCommand,
	historyCommand,
	lockCommand,
	rollbackCommand,
	recallCommand,
	drainCommand,
	promoteCommand,
	redeployCommand,
	deleteCommand,
	removeCommand,
	janitorRunCommand,
	routerCommand,
	scaffoldCommand,
	...localCommands,
	completionCommand('pulse-railway'),
];
