import type { CommandSpec } from 'pulse-deploy-kit/command';
import { completionCommand } from 'pulse-deploy-kit/completion';
import { configCommand } from './config.ts';
import { dashboardCommand } from './dashboard.ts';
import { deployCommand } from './deploy.ts';
import { doctorCommand } from './doctor.ts';
import { drainCommand } from './drain.ts';
import { historyCommand } from './history.ts';
import { lockCommand } from './lock.ts';
import { logsCommand } from './logs.ts';
import { openCommand } from './open.ts';
import { promoteCommand } from './promote.ts';
import { reapCommand } from './reap.ts';
import { recallCommand } from './recall.ts';
import { rollbackCommand } from './rollback.ts';
import { statusCommand } from './status.ts';
import { teardownCommand } from './teardown.ts';
import { verifyCommand } from './verify.ts';
import { whoamiCommand } from './whoami.ts';

/** Errors of the SDK are told like all others. */
function told(command: CommandSpec): CommandSpec {
	return {
		...command,
		async run(invocation) {
			try {
				return await command.run(invocation);
			} catch (error) {
				invocation.signal.throwIfAborted();
				const { toldError } = await import('../adapters/told.ts');
				throw toldError(error);
			}
		},
	};
}

/** In the order of `--help`. Engines are imported by the command that runs, so help stays quick. */
export const commands: readonly CommandSpec[] = [
	deployCommand,
	verifyCommand,
	statusCommand,
	dashboardCommand,
	whoamiCommand,
	configCommand,
	doctorCommand,
	openCommand,
	logsCommand,
	historyCommand,
	lockCommand,
	promoteCommand,
	rollbackCommand,
	recallCommand,
	drainCommand,
	reapCommand,
	teardownCommand,
	completionCommand('pulse-aws'),
].map(told);
