import type { Invocation } from 'pulse-deploy-kit/command';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { HistoryLine, HistoryReport } from 'pulse-deploy-kit/history/line';
import { withProvenance } from 'pulse-deploy-kit/history/provenance';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import type { Session } from '../adapters/session.ts';
import { historySettings } from '../config/history.ts';
import { optionalDeploymentId, type ServiceTarget, serviceTarget } from '../config/service-target.ts';
import type { HistoryEntry } from '../deployments/history.ts';
import { openRouter } from './open-router.ts';

export interface HistoryRequest extends ServiceTarget {
	/** Default: of all. */
	readonly deploymentId: string | undefined;
	/** The newest. */
	readonly lines: number;
}

export async function historyRequest(
	typed: Pick<Invocation, 'flags' | 'args' | 'env' | 'cwd'>,
): Promise<HistoryRequest> {
	const { values } = resolveSettings(historySettings, typed);
	return { ...(await serviceTarget(typed)), deploymentId: optionalDeploymentId(typed), lines: values.lines };
}

/** What has happened to deployments, from the store that the router keeps. */
export async function history(session: Session, request: HistoryRequest): Promise<HistoryReport> {
	const { deploymentId, lines } = request;
	const router = await openRouter(session, request);
	const kept = await router.control('history', {}, session.signal).catch((error: unknown) => {
		if (!isDeployToolError(error) || error.code !== 'usage') throw error;
		throw new DeployToolError('router-outdated', 'the router is older than this command, and keeps no history', {
			fault: 'user',
			next: 'Run pulse-railway upgrade; what happens from then on is kept.',
			cause: error,
		});
	});
	const wanted = historyLinesOf(kept).filter(
		({ deployment_id: id, previous_deployment_id: from }) =>
			deploymentId === undefined || id === deploymentId || from === deploymentId,
	);
	return { entries: wanted.slice(0, lines) };
}

/** As scripts read it, newest first. */
export function historyLinesOf(oldestFirst: readonly HistoryEntry[]): readonly HistoryLine[] {
	return withProvenance(oldestFirst).map(historyLine).reverse();
}

function historyLine(entry: HistoryEntry): HistoryLine {
	const { at, event, id, from = null, until = null, share = null, by = null, because = null, touched = null } = entry;
	const { image = null, commit = null, message = null } = entry;
	return {
		at: new Date(at).toISOString(),
		event,
		deployment_id: id,
		previous_deployment_id: from,
		until: until === null ? null : new Date(until).toISOString(),
		percent: share,
		by,
		reason: because,
		touched,
		image,
		commit,
		message,
	};
}
