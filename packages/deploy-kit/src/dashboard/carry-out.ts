import type { CommandSpec, Invocation } from '../command.ts';
import { usageError } from '../errors.ts';
import type { DashboardSource } from './source.ts';
import type { Verb } from './view.ts';

/**
 * Runs the very commands, as they would run from the terminal that the dashboard was started in: with where it works, their own
 * plan, question, lock and undo.
 */
export function carryOutBy(
	invocation: Invocation,
	commands: Readonly<Partial<Record<Exclude<Verb, 'redeploy'>, CommandSpec>>>,
): DashboardSource['carryOut'] {
	const { port: _port, open: _open, ...place } = invocation.flags;
	return async ({ verb, id, flags }, host, signal) => {
		const again = verb === 'redeploy';
		const command = commands[again ? 'rollback' : verb];
		if (command === undefined) throw usageError(`there is no command ${verb} here`);
		return command.run({
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
