import { join } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { printable } from 'pulse-deploy-kit/printable';
import type { PlatformDescription } from '../describe.ts';
import { type LogEntry, type LogKind, openLogs } from '../runtime/logs.ts';
import { pause } from '../runtime/pause.ts';
import { describeRunning } from './running.ts';

export interface LogsRequest {
	readonly dir: string;
	/** `null` is every service. */
	readonly service: string | null;
	readonly kind: LogKind;
	readonly lines: number;
	readonly follow: boolean;
}

export interface ServiceLine extends LogEntry {
	readonly service: string;
}

/** As a terminal may show it: the message is whatever a service wrote. */
export const lineText = ({ timestamp, service, message }: ServiceLine): string =>
	printable(`${timestamp.replace(/(\.\d{3})\d*/, '$1')}  ${service}  ${message}`);

const EVERY_MS = 250;

/**
 * Prints the newest lines of the latest deployments in order of time, and goes on until the signal aborts if asked to.
 * A deployment made while following joins from its first line.
 */
export async function followLogs(
	request: LogsRequest,
	print: (line: ServiceLine) => void,
	signal: AbortSignal,
): Promise<void> {
	const logs = openLogs(join(request.dir, 'logs'), Date.now);
	const seen = new Map<string, number>();
	for (let first = true; !signal.aborted; first = false) {
		const fresh: ServiceLine[] = [];
		for (const [service, deploymentId] of chosen(await describeRunning(request.dir), request.service)) {
			const entries = await logs.read(deploymentId, request.kind);
			const from = seen.get(deploymentId) ?? (first ? Math.max(0, entries.length - request.lines) : 0);
			// Fewer than before: the file was rotated, and what is left is newer than what was seen.
			fresh.push(...entries.slice(from > entries.length ? 0 : from).map((entry) => ({ ...entry, service })));
			seen.set(deploymentId, entries.length);
		}
		for (const line of fresh.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))) print(line);
		if (!request.follow) return;
		await pause(EVERY_MS, signal).catch(() => {});
	}
}

function chosen(description: PlatformDescription, wanted: string | null): [service: string, deploymentId: string][] {
	const services = description.environments.flatMap((environment) => environment.services);
	const found = services.filter((service) => wanted === null || service.service_name === wanted);
	if (wanted !== null && found.length === 0) {
		throw new DeployToolError('local-unknown-service', `There is no service named ${wanted}.`, {
			fault: 'user',
			detail: `Services: ${services.map((service) => service.service_name).join(', ') || 'none'}`,
			next: 'List them: pulse-railway local status',
		});
	}
	return found.flatMap(({ service_name, deployment_id }) => (deployment_id ? [[service_name, deployment_id]] : []));
}
