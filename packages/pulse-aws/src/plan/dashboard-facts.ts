import { canaryText } from 'pulse-deploy-kit/canary/report';
import type { DashboardFacts } from 'pulse-deploy-kit/dashboard/facts';
import type { VersionFacts } from 'pulse-deploy-kit/dashboard/view';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { useText } from '../task/task-word.ts';
import { countedText, type FleetReport, unreadText } from './fleet-report.ts';

export interface FleetMoment {
	/** When the report was made, Unix milliseconds: its spans count from there. */
	readonly at: number;
	/** The command that holds the deploy lock; `null`: none. */
	readonly underWay: string | null;
}

/** What `status --json` and `history --json` say, as a dashboard takes it. */
export function dashboardFacts(
	report: FleetReport,
	history: readonly HistoryLine[],
	{ at, underWay }: FleetMoment,
): DashboardFacts {
	const { remnants, deployments } = report;
	const left = `Remnants of ${remnants.join(', ')}: the next deploy removes them, unless another one is making them.`;
	const order = [...deployments].sort(
		(a, b) => Number(b.state === 'active') - Number(a.state === 'active') || a.age - b.age,
	);
	return {
		tool: 'pulse-aws',
		at,
		place: `${report.deployment_name} in ${report.region}`,
		address: report.load_balancer,
		alarms: remnants.length === 0 ? [] : [left],
		notes: notesOn(report, at),
		activeId: report.active,
		underWay,
		canary: report.canary === null ? null : canaryText(report.canary, at),
		rollbackTo: report.rollback_target,
		redeployable: report.redeployable,
		cleaner: 'the reaper',
		versions: order.map((row) => versionFacts(row, at)),
		history,
		services: order.map(({ deployment_id, tasks }) => ({
			name: deployment_id,
			role: 'deployment',
			status: tasksText(tasks),
		})),
	};
}

function notesOn({ rates_at: ratesAt, unread }: FleetReport, now: number): readonly string[] {
	const rates = ratesAt === null ? [] : [`Requests and failures: ${countedText(ratesAt, now)}.`];
	return [...rates, ...unread.map((one) => `${capital(unreadText(one))}.`)];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Row = FleetReport['deployments'][number];

function versionFacts(row: Row, at: number): VersionFacts {
	const { deployment_id: id, state, in_use: use, tasks, hourly_cost: cost } = row;
	const drains = state === 'draining';
	return {
		id,
		state: state === 'deploying' ? 'pending' : state,
		kind: row.kind === undefined ? null : `container app, pinned by ${row.affinity}`,
		people: {
			total: use === null ? null : (use.render_sessions ?? 0),
			busy: use === null ? null : (use.busy ?? 0),
			idle: use === null ? null : (use.idle ?? 0),
			hidden: use === null ? null : (use.hidden ?? 0),
			held: use === null ? null : (use.held ?? 0),
		},
		heldReasons: use?.held_reasons ?? [],
		sockets: use === null ? null : (use.websockets ?? 0),
		requestsInFlight: use === null ? null : (use.requests ?? 0) + (use.streams ?? 0),
		requestsPerSecond: row.requests_per_second,
		failuresPerSecond: row.failures_per_second,
		createdAt: at - row.age * 1000,
		decision: drains ? decisionOn(row, at) : previewed(row),
		rollbackUntil: row.rollback_for === null ? null : at + row.rollback_for * 1000,
		recalled: row.recalled,
		leaveBy: row.leave_by === null ? null : row.leave_by * 1000,
		cost: cost === null ? null : `about $${cost} an hour, in us-east-1`,
		running: tasksText(tasks),
	};
}

function decisionOn(row: Row, at: number): VersionFacts['decision'] {
	const until = row.drains_until === null ? null : row.drains_until * 1000;
	const held = useText(row.in_use);
	if (held !== null) return { action: 'keep', reason: 'still_active', detail: held, until };
	if (row.rollback_for !== null)
		return { action: 'keep', reason: 'rollback_window', detail: null, until: at + row.rollback_for * 1000 };
	return { action: 'keep', reason: 'grace', detail: null, until };
}

function previewed({ preview }: Row): VersionFacts['decision'] {
	if (preview === undefined) return null;
	return { action: 'keep', reason: 'preview', detail: preview.name, until: preview.until * 1000 };
}

function tasksText({ desired, running }: Row['tasks']): string {
	return `${running} of ${desired} ${desired === 1 ? 'task' : 'tasks'}`;
}
