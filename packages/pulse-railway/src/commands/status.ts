import { systemClock } from 'pulse-deploy-kit/clock';
import type { Session } from '../adapters/session.ts';
import type { ServiceTarget } from '../config/service-target.ts';
import type { StackReport } from '../plan/stack-report.ts';
import { requireTarget } from './resolve-target.ts';
import { stackReader } from './stack-reader.ts';

const WATCH_MS = 2_000;

export interface StatusRequest extends ServiceTarget {
	/** Given: it is looked again and again until the signal aborts, and each report goes there. */
	readonly onReport?: (report: StackReport) => void;
}

/** Reads both truths and says what the janitor would do; changes nothing. */
export async function status(session: Session, request: StatusRequest): Promise<StackReport> {
	const { account, ports, signal } = session;
	const { target, routerService, onReport } = request;
	const platform = ports.openPlatform(await requireTarget(target, account, signal, session));
	const look = stackReader(platform, ports, routerService);
	const read = async () => (await look(signal)).report;
	let report = await read();
	if (onReport === undefined) return report;
	// Ctrl-C is how watching ends, whatever it interrupts.
	while (!signal.aborted) {
		onReport(report);
		report = await systemClock
			.sleep(WATCH_MS, signal)
			.then(read)
			.catch((error: unknown) => {
				if (!signal.aborted) throw error;
				return report;
			});
	}
	return report;
}
