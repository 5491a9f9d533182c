/** For an app that connects to something when it is loaded, and waits for it. */
const BUDGET_MS = 60_000;

/**
 * Runs the loading of somebody's app inside this process. Until it ends, what the app prints goes to stderr, because
 * stdout belongs to the command's result, and neither `process.exit`, nor an error out of a callback, nor a promise that
 * never settles can end the command as if it had succeeded.
 */
export async function containApp<T>(load: () => Promise<T>, signal: AbortSignal, budgetMs = BUDGET_MS): Promise<T> {
	signal.throwIfAborted();
	const { exit, stdout, stderr } = process;
	const { write } = stdout;
	let fail: (reason: unknown) => void = () => {};
	const failure = new Promise<never>((_resolve, reject) => {
		fail = reject;
	});
	const onAbort = () => fail(signal.reason);
	const timer = setTimeout(() => fail(new Error(`It was still loading after ${budgetMs / 1000} s.`)), budgetMs);
	stdout.write = stderr.write.bind(stderr) as typeof write;
	process.exit = ((code) => {
		const error = new Error(`It called process.exit(${code ?? ''}).`);
		fail(error);
		throw error;
	}) as typeof exit;
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	signal.addEventListener('abort', onAbort);
	try {
		const loaded = await Promise.race([load(), failure]);
		// Node tells of unhandled rejections only after the promises that waited for this one have run.
		await Promise.race([new Promise((resolve) => setImmediate(resolve)), failure]);
		return loaded;
	} finally {
		clearTimeout(timer);
		stdout.write = write;
		process.exit = exit;
		process.off('uncaughtException', fail);
		process.off('unhandledRejection', fail);
		signal.removeEventListener('abort', onAbort);
	}
}
