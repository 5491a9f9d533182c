import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { usageError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Action } from './action.ts';
import { Feed } from './feed.ts';
import { dashboardView } from './make-view.ts';
import { openPrivately } from './open-privately.ts';
import { OrderDesk } from './order-desk.ts';
import { serveDashboard } from './server.ts';
import type { DashboardSource } from './source.ts';

export interface DashboardOptions {
	readonly port: number;
	readonly open: boolean;
	readonly host: Host;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Told where the page is. */
	readonly onAddress: (address: string) => void;
}

/** Serves the page until the signal aborts; what is being done then ends as Ctrl-C ends its command. */
export async function runDashboard(source: DashboardSource, options: DashboardOptions): Promise<void> {
	const { clock, signal, host } = options;
	// What stands is looked at before anything is served: a wrong name or token is told in the terminal.
	const first = dashboardView(await source.look(signal));
	const viewers = new Set<(action: Action) => void>();
	const feed = new Feed({
		first,
		read: async (signal) => dashboardView(await source.look(signal)),
		everyMs: source.everyMs,
		clock,
		signal,
	});
	const desk = new OrderDesk({
		tool: source.tool,
		carryOut: source.carryOut,
		onChange: (action) => {
			for (const viewer of viewers) viewer(action);
		},
		isWatched: () => feed.viewers > 0,
		clock,
		signal,
	});
	const token = randomBytes(32).toString('base64url');
	const watchAction = (viewer: (action: Action) => void) => {
		viewers.add(viewer);
		return () => void viewers.delete(viewer);
	};
	const server = await serveDashboard({
		port: options.port,
		token,
		feed,
		desk,
		follow: source.follow,
		watchAction,
	}).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
		throw usageError(`port ${options.port} cannot be had: ${error.code}`, 'Leave --port out: any free one does.');
	});
	const address = `http://127.0.0.1:${server.port}/#${token}`;
	try {
		options.onAddress(address);
		if (options.open) await openPrivately(address, host, signal);
		await aborted(signal);
	} finally {
		if (desk.isBusy) host.notify({ level: 'info', text: `Ending what is being done: ${desk.action?.command}` });
		await desk.settled();
		await server.close();
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
