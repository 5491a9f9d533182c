import type { Host } from 'pulse-deploy-kit/host';
import type { Platform } from '../platform/port.ts';

const LINES = 200;

/** Shows what a build says, as far as each poll brings it. A log that cannot be had is no failure of the build. */
export function buildLog(
	platform: Platform,
	host: Host,
	source: string,
): (deploymentId: string, signal: AbortSignal) => Promise<void> {
	let newest = '';
	/** Of the newest timestamp, which several lines may share. */
	let shown = new Set<string>();
	return async (deploymentId, signal) => {
		const lines = await platform.buildLogs(deploymentId, LINES, signal).catch(() => []);
		for (const { timestamp, message } of lines) {
			const at = comparable(timestamp);
			if (at < newest || (at === newest && shown.has(message))) continue;
			if (at > newest) shown = new Set();
			newest = at;
			shown.add(message);
			host.notify({ level: 'output', source, text: message });
		}
	};
}

/** Fractions of a second may come without their last zeros, and `.1Z` sorts after `.12Z` as text. */
function comparable(timestamp: string): string {
	return timestamp.replace(/(?:\.(\d+))?Z$/, (_, fraction = '') => `.${fraction.padEnd(9, '0')}Z`);
}
