import { DeployToolError } from './errors.ts';

/** What became of what a command writes. */
export interface Output {
	/** Aborts when the reader of stdout has gone: `head` in a pipe, or the terminal. */
	readonly readerGone: AbortSignal;
	/** Why a part of the result is lost, e.g. a full disk; that its reader has gone is no loss. */
	loss(): DeployToolError | null;
}

/**
 * Hears of every failure of both streams: unheard, a full disk behind `deploy > log` would end the process with nothing undone.
 * Lines of progress may be lost; work that was begun goes on to its end.
 */
export function hearOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
	const gone = new AbortController();
	let loss: DeployToolError | null = null;
	stdout.on('error', (error: NodeJS.ErrnoException) => {
		// A terminal that was closed answers with EIO; a disk that does is broken.
		if (error.code === 'EPIPE' || (error.code === 'EIO' && stdout.isTTY)) gone.abort();
		else loss ??= unwritten(error);
	});
	stderr.on('error', () => {});
	return { readerGone: gone.signal, loss: () => loss };
}

function unwritten(cause: Error): DeployToolError {
	return new DeployToolError('output', `Cannot write the result: ${cause.message}`, {
		fault: 'user',
		cause,
		next: 'Look at the disk or program that it goes to. What the command had to do is done.',
	});
}
