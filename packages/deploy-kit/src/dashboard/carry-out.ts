import type { CommandSpec, Invocation } from '../command.ts';
import type { DashboardSource } from './source.ts';
import type { Verb } from './view.ts';

/** Of each verb that a page may offer; `redeploy` is a rollback. */
type OrderedCommands = Readonly<Record<Exclude<Verb, 'redeploy'>, CommandSpec>>;

/**
 * Runs the very commands, as they would run from the terminal that the dashboard was started in: with where it works, their own
 * plan, question, lock and undo.
 */
export function carryOutBy(invocation: Invocation, commands: OrderedCommands): DashboardSource['carryOut'] {
	const { port: _port, open: _open, ...place } = invocation.flags;
	return async ({ verb, id, flags }, host, signal) => {
		const again = verb === 'redeploy';
		return commands[again ? 'rollback' : verb].run({
			...invocation,
			args: id === null ? [] : [id],
			flags: { ...place, ...flags, ...(again ? { redeploy: true } : {}) },
			host,
			signal,
			dryRun: false,
			json: false,
			terminal: false,
			print: () => {},
		});
	};
}
