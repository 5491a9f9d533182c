import type { Host } from 'pulse-deploy-kit/host';
import type { Platform } from '../../platform/port.ts';

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
			if (timestamp < newest || (timestamp === newest && shown.has(message))) continue;
			if (timestamp > newest) shown = new Set();
			newest = timestamp;
			shown.add(message);
			host.notify({ level: 'output', source, text: message });
		}
	};
}
