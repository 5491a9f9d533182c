import type { LogLine, Platform } from '../platform/port.ts';

const LINES = 20;

/** The reason that Railway gives, and the last lines of build and run, as far as they can be had: a missing log must not hide the failure itself. */
export async function failureLogs(platform: Platform, deploymentId: string, signal: AbortSignal): Promise<string> {
	const [reason, build, run] = await Promise.all([
		platform.failureReason(deploymentId, signal).catch(() => null),
		platform.buildLogs(deploymentId, LINES, signal).catch(() => []),
		platform.deploymentLogs(deploymentId, LINES, signal).catch(() => []),
	]);
	const text = [
		...(reason === null ? [] : [reason]),
		...section('build log', build),
		...section('deployment log', run),
	];
	return text.length === 0 ? 'Railway has no log of it.' : text.join('\n');
}

function section(title: string, lines: readonly LogLine[]): readonly string[] {
	return lines.length === 0 ? [] : [`last lines of the ${title}:`, ...lines.map((line) => `| ${line.message}`)];
}
