import { isLoadingApp } from './contain-app.ts';
import { DeployToolError } from './errors.ts';

/** Longer than an undo takes (`undo` in plan/undo.ts); what hangs beyond it ends all the same. */
const END_WITHIN_MS = 150_000;

/** This process ends by `endAtDefect`. */
let isServing = false;

/**
 * The last line of defence of a command: an error that no code waits for stops it like Ctrl-C, so that what it began is undone,
 * and ends it with this error. Says it at once, with the stack, because it may not happen again. While an app is loaded
 * it is `containApp`'s; listeners that the app itself leaves behind take nothing from this one.
 */
export function stopAtDefect(tool: string, stop: (defect: DeployToolError) => void, say: (text: string) => void): void {
	let stopping = false;
	const hear = (error: unknown) => {
		if (stopping || isServing || isLoadingApp()) return;
		stopping = true;
		// Also where nothing is left to run, not even what sets the exit code.
		process.exitCode = 1;
		setTimeout(() => process.exit(1), END_WITHIN_MS).unref();
		const message = error instanceof Error ? error.message : String(error);
		say(
			`${tool} stops: an error came where nothing waited for one.\n${(error instanceof Error && error.stack) || message}`,
		);
		stop(
			new DeployToolError('internal', `Stopped by an error that nothing waited for: ${message}`, {
				fault: 'internal',
				cause: error,
				next: `This is a defect of ${tool}, or of the app file that it loaded: report the lines above. Run the command again: it puts right what is unfinished.`,
			}),
		);
	};
	process.on('uncaughtException', hear);
	// Node turns these into such exceptions only where none listens for them, as the app may.
	process.on('unhandledRejection', hear);
}

/** A server ends at once, with one line in its log: it has nothing to undo, and the platform starts it anew. */
export function endAtDefect(log: { fatal(fields: object, message: string): void }): void {
	isServing = true;
	const end = (error: unknown) => {
		log.fatal({ event: 'defect', err: error }, 'ended by an error that nothing waited for');
		process.exit(1);
	};
	process.on('uncaughtException', end);
	process.on('unhandledRejection', end);
}
