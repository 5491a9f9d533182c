import type { ForwardContext } from '../forward/context.ts';
import type { Clock } from './options.ts';

/** Close code "service restart": clients reconnect (RFC 6455, IANA registry). */
const SERVICE_RESTART = 1012;
/** What of the budget is spent on telling sockets to go, so that they do not all come back in one moment. */
const SPREAD = 0.3;
const BATCHES = 20;
/** After its close frame a client has this long to answer before its socket is cut. */
const GOODBYE_MS = 2_000;

/** So long idle connections are kept: a request may be on its way on one, and its answer says that it is the last. */
const IDLE_MS = 2_000;

/** Waits for requests to end and for sockets to leave; what is left when `budgetMs` is over, is ended. */
export async function drain(
	context: ForwardContext,
	openConnections: () => Promise<number>,
	budgetMs: number,
	clock: Clock,
	random: () => number,
): Promise<void> {
	const started = clock.now();
	const deadline = started + budgetMs;
	const spread = budgetMs * SPREAD;
	const quiet = () => context.tunnels.size === 0 && context.exchanges.size === 0;
	const empty = async () => quiet() && (clock.now() - started >= IDLE_MS || (await openConnections()) === 0);
	await until(clock, deadline - spread, empty);
	await closeSockets(context, Math.max(0, deadline - clock.now()), clock, random);
	await until(clock, Math.max(deadline, clock.now() + Math.min(GOODBYE_MS, budgetMs)), quiet);
	for (const tunnel of [...context.tunnels]) tunnel.destroy();
}

async function closeSockets(context: ForwardContext, ms: number, clock: Clock, random: () => number): Promise<void> {
	const waiting = shuffled([...context.tunnels], random);
	const size = Math.max(1, Math.ceil(waiting.length / BATCHES));
	const pause = ms / Math.max(1, Math.ceil(waiting.length / size));
	for (let at = 0; at < waiting.length; at += size) {
		for (const tunnel of waiting.slice(at, at + size)) tunnel.closeWith(SERVICE_RESTART, 'router restarts');
		await clock.sleep(pause * (0.5 + random() / 2));
	}
}

async function until(clock: Clock, deadline: number, condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition()) && clock.now() < deadline)
		await clock.sleep(Math.min(50, Math.max(1, deadline - clock.now())));
}

function shuffled<T>(items: T[], random: () => number): T[] {
	for (let i = items.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[items[i], items[j]] = [items[j]!, items[i]!];
	}
	return items;
}
