import type { DashboardFacts } from 'pulse-deploy-kit/dashboard/facts';
import type { VersionFacts } from 'pulse-deploy-kit/dashboard/view';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { counted } from 'pulse-deploy-kit/holding-text';
import { canaryLine } from './canary-report.ts';
import { attention } from './render-status.ts';
import type { DeploymentReport, StackReport } from './stack-report.ts';

/** What `status --json` and `history --json` say, as a dashboard takes it. `at` in Unix milliseconds. */
export function dashboardFacts(report: StackReport, history: readonly HistoryLine[], at: number): DashboardFacts {
	const { canary, deploy_lock: lock } = report;
	return {
		tool: 'pulse-railway',
		at,
		place: `${report.project} / ${report.environment}`,
		address: report.server_address,
		alarms: attention(report),
		notes: [],
		activeId: report.router_error === null ? report.active_deployment : report.durable_active_deployment,
		underWay: lock?.owner ?? null,
		canary: canary === null ? null : canaryLine(canary, at),
		rollbackTo: report.rollback_target,
		redeployable: report.resting.map((one) => one.deployment_id),
		cleaner: 'the janitor',
		versions: report.deployments.map(versionFacts),
		history,
		services: report.services.map(({ service_name, role, railway_status }) => ({
			name: service_name,
			role,
			status: railway_status?.toLowerCase() ?? 'never started',
		})),
	};
}

function versionFacts(row: DeploymentReport): VersionFacts {
	const { deployment_id: id, state, tab_states: tabs, janitor, replicas } = row;
	const isKnown = state !== 'unknown';
	return {
		id,
		state,
		kind: row.kind === 'container' ? `container app, pinned by ${row.affinity}` : null,
		people: {
			total: row.tabs ?? row.sessions,
			busy: tabs?.busy ?? null,
			idle: tabs?.idle ?? null,
			hidden: tabs?.hidden ?? null,
			held: tabs?.held ?? null,
		},
		heldReasons: row.held_reasons,
		sockets: isKnown ? row.sockets : null,
		requestsInFlight: isKnown ? row.requests_in_flight : null,
		requestsPerSecond: isKnown ? row.requests_per_second : null,
		failuresPerSecond: isKnown ? row.failures_per_second : null,
		createdAt: row.created_at === null ? null : Date.parse(row.created_at),
		decision: isKnown
			? {
					action: janitor.action === 'delete' ? 'delete' : 'keep',
					reason: janitor.reason,
					detail: janitor.detail,
					until: ms(janitor.until),
				}
			: null,
		rollbackUntil: ms(row.rollback_until),
		recalled: row.recalled,
		leaveBy: ms(row.leave_by),
		cost: row.service_id === null ? null : costText(row.hourly_cost),
		running: [
			row.railway_status?.toLowerCase() ?? 'gone',
			...(replicas === null || replicas === 1 ? [] : [counted(replicas, 'replica')]),
		].join(', '),
	};
}

function costText(hourly: number | null): string {
	if (hourly === null) return 'Railway bills its memory and CPU while it runs';
	return `about $${hourly} an hour for memory and CPU, as it used them in the last ten minutes`;
}

const ms = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
