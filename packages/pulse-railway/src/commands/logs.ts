import type { Invocation } from 'pulse-deploy-kit/command';
import { usageError } from 'pulse-deploy-kit/errors';
import { followLog, type ReadLog } from 'pulse-deploy-kit/logs/follow-log';
import type { LogLine } from 'pulse-deploy-kit/logs/log-line';
import { type LogRequest, logRequest, windowOf } from 'pulse-deploy-kit/logs/log-settings';
import { type LogReport, logReport } from 'pulse-deploy-kit/logs/print-log';
import type { Session } from '../adapters/session.ts';
import { optionalDeploymentId, type ServiceTarget, serviceTarget } from '../config/service-target.ts';
import { isPassing, isPlatformError } from '../platform/error.ts';
import type { ObservedService, Platform, StackObservation } from '../platform/port.ts';
import { serviceNamed } from '../stack/baseline.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { requireTarget } from './resolve-target.ts';

export interface LogsRequest extends ServiceTarget, LogRequest {
	/** Default: the active one. */
	readonly deploymentId: string | undefined;
	/** The router's log instead. */
	readonly router: boolean;
	/** Where lines go that come while it is followed. */
	readonly onLines?: (lines: readonly LogLine[]) => void;
}

export interface LogsReport extends LogReport {
	/** `null`: the router's. */
	readonly deployment_id: string | null;
	readonly service_name: string;
}

export async function logsRequest(typed: Pick<Invocation, 'flags' | 'args' | 'env' | 'cwd'>): Promise<LogsRequest> {
	const { deploymentId, router, ...rest } = typed.flags as { deploymentId?: string; router?: boolean };
	const id = optionalDeploymentId({ ...typed, flags: { ...rest, deploymentId } });
	if (router === true && id !== undefined) throw usageError('give either a deployment id or --router, not both');
	return { ...(await serviceTarget(typed)), ...logRequest(typed), deploymentId: id, router: router === true };
}

/** What a deployment has written, as Railway keeps it, across its restarts and replicas. */
export async function logs(session: Session, request: LogsRequest): Promise<LogsReport> {
	const { account, ports, host, signal } = session;
	const platform = ports.openPlatform(await requireTarget(request.target, account, signal, session));
	const observation = await platform.observe(signal);
	const { id, service } = chosen(observation, request);
	const latest = service.latestDeployment;
	if (latest === null) throw usageError(`${service.name} has not been started yet, and has written nothing`);
	const read = logReader(platform, latest.id);
	const first = windowOf(request, ports.clock.now());
	const report = { deployment_id: id, service_name: service.name };
	const { follow, onLines } = request;
	if (!follow || onLines === undefined) {
		return { ...report, ...logReport((await read(first, signal)) ?? []) };
	}
	await followLog({ read, first, show: onLines, isPassing, clock: ports.clock, host, signal });
	return { ...report, ...logReport([]) };
}

/** What one deployment of a service writes, as Railway keeps it. */
export function logReader(platform: Pick<Platform, 'deploymentLogs'>, deploymentId: string): ReadLog {
	return async ({ since, limit }, signal) => {
		try {
			const lines = await platform.deploymentLogs(deploymentId, limit, signal, since);
			return lines.map(({ timestamp, message }) => ({
				at: Date.parse(timestamp),
				text: message,
				id: `${timestamp} ${message}`,
			}));
		} catch (error) {
			if (isPlatformError(error, 'not-found')) return null;
			throw error;
		}
	};
}

function chosen(
	observation: StackObservation,
	{ deploymentId, router, routerService }: LogsRequest,
): { readonly id: string | null; readonly service: ObservedService } {
	if (router) {
		const service = serviceNamed(observation, routerService);
		if (service === undefined)
			throw usageError(`router service '${routerService}' not found`, 'Give its name with --service.');
		return { id: null, service };
	}
	const id = deploymentId ?? durableActiveId(observation);
	if (id === null) throw usageError('nothing is active yet', 'Name a deployment, or first: pulse-railway deploy');
	const backend = backendServices(observation).find((candidate) => candidate.id === id);
	const service = observation.services.find((candidate) => candidate.id === backend?.serviceId);
	if (service === undefined) throw usageError(`deployment '${id}' not found`, 'List them: pulse-railway status');
	return { id, service };
}
