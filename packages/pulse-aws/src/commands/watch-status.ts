import { systemClock } from 'pulse-deploy-kit/clock';
import type { Session } from '../adapters/session.ts';
import type { FleetReport } from '../plan/fleet-report.ts';
import { StatusMemory, status } from './status.ts';

/** A look takes a dozen calls, of limits that deploys and the reaper share. */
const WATCH_MS = 5_000;

/** Gives a report of each look until the signal aborts, and has tasks tell who is there meanwhile. */
export async function watchStatus(
	session: Session,
	name: string,
	onReport: (report: FleetReport) => void,
): Promise<void> {
	const { signal } = session;
	const options = { memory: new StatusMemory(), asks: true };
	try {
		for (;;) {
			onReport(await status(session, name, options));
			await systemClock.sleep(WATCH_MS, signal);
		}
	} catch (error) {
		// Ctrl-C is how watching ends, whatever it interrupts.
		if (!signal.aborted) throw error;
	}
}
