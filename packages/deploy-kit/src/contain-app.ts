import { containServers } from './contain-servers.ts';

/** For an app that connects to something when it is loaded, and waits for it. */
const BUDGET_MS = 60_000;
/** For an app that waits for a server of its own, which never listens here. */
const SERVER_BUDGET_MS = 2_000;

/** The app starts a server when it is loaded, and goes on no further without it. */
export class StartsServerError extends Error {}

export interface ContainOptions {
	readonly budgetMs?: number;
	/** Hears of each server that the app would have started. */
	readonly onListen?: (where: string) => void;
}

let loading = 0;

/** Errors that no code waits for are then the app's, see {@link containApp}. */
export function isLoadingApp(): boolean {
	return loading > 0;
}

/**
 * Runs the loading of the user's app inside this process. Until it ends, what the app prints goes to stderr, because
 * stdout belongs to the command's result, no server of the app listens, and neither `process.exit`, nor an error out of a callback, nor a promise that
 * never settles can end the command as if it had succeeded.
 */
export async function containApp<T>(
	load: () => Promise<T>,
	signal: AbortSignal,
	{ budgetMs = BUDGET_MS, onListen = () => {} }: ContainOptions = {},
): Promise<T> {
	signal.throwIfAborted();
	const { exit, stdout, stderr } = process;
	const { write } = stdout;
	let fail: (reason: unknown) => void = () => {};
	const failure = new Promise<never>((_resolve, reject) => {
		fail = reject;
	});
	const onAbort = () => fail(signal.reason);
	const timer = setTimeout(() => fail(new Error(`It was still loading after ${budgetMs / 1000} s.`)), budgetMs);
	let serverTimer: NodeJS.Timeout | undefined;
	const onServer = (where: string) => {
		const error = new StartsServerError(`It starts a server on ${where} when it is loaded, and waits for it.`);
		serverTimer ??= setTimeout(() => fail(error), SERVER_BUDGET_MS);
		onListen(where);
	};
	stdout.write = stderr.write.bind(stderr) as typeof write;
	process.exit = ((code) => {
		const error = new Error(`It called process.exit(${code ?? ''}).`);
		fail(error);
		throw error;
	}) as typeof exit;
	loading++;
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	signal.addEventListener('abort', onAbort);
	try {
		const loaded = await Promise.race([containServers(load, onServer), failure]);
		// Node tells of unhandled rejections only after the promises that waited for this one have run.
		await Promise.race([new Promise((resolve) => setImmediate(resolve)), failure]);
		return loaded;
	} finally {
		loading--;
		clearTimeout(timer);
		clearTimeout(serverTimer);
		stdout.write = write;
		process.exit = exit;
		process.off('uncaughtException', fail);
		process.off('unhandledRejection', fail);
		signal.removeEventListener('abort', onAbort);
	}
}
