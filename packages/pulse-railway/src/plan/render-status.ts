import { LAST_CALL_MS } from 'pulse-deploy-kit/departure';
import { counted } from 'pulse-deploy-kit/holding-text';
import { momentText } from 'pulse-deploy-kit/moment';
import { canaryLine } from './canary-report.ts';
import type { DeploymentReport, StackReport } from './stack-report.ts';
import { leftText, UNTOLD } from './who-is-left.ts';

/** Two of the janitor's usual rounds, after the last call. */
const OVERDUE_MS = LAST_CALL_MS + 600_000;

const HEAD = ['DEPLOYMENT', 'STATE', 'RAILWAY', 'SESSIONS', 'SOCKETS', 'IN FLIGHT', 'REQ/S', 'AGE', 'JANITOR'] as const;

/** The report as a person reads it. `now` in Unix milliseconds. */
export function renderStatus(report: StackReport, now: number): string {
	const lines = [
		`${report.server_address}  (${report.project} / ${report.environment})`,
		...attention(report).map((line) => `Attention: ${line}`),
	];
	if (report.deploy_lock !== null) lines.push(`Under way: ${report.deploy_lock.owner}`);
	if (report.canary !== null) lines.push(canaryLine(report.canary, now));
	if (report.deployments.length === 0) return [...lines, 'No deployments yet. Next: pulse-railway deploy'].join('\n');
	const idle = report.deployments.filter(({ janitor }) => janitor.reason === 'rollback_window');
	return [
		...lines,
		'',
		...table([HEAD, ...report.deployments.map((row) => cells(row, now))]),
		...windowNote(idle),
		...restingNote(report, now),
	].join('\n');
}

/** What is wrong with the stack itself, before anything is said of deployments. */
export function attention(report: StackReport): readonly string[] {
	const { router_error: error, active_deployment: live, durable_active_deployment: durable } = report;
	if (error !== null) return [`${error}\nRailway says ${durable ?? 'none'} is active.`];
	if (live === durable) return [];
	return [
		`the router's active deployment is ${live ?? 'none'}, Railway says ${durable ?? 'none'}; the janitor or the next deploy settles it.`,
	];
}

function windowNote(idle: readonly DeploymentReport[]): readonly string[] {
	if (idle.length === 0) return [];
	const which = idle.map(({ deployment_id }) => deployment_id).join(', ');
	return [
		'',
		`Kept to go back to (pulse-railway rollback), with nobody on it: ${which}. Railway bills its memory and CPU meanwhile; pulse-railway upgrade --rollback-window 0 ends that.`,
	];
}

function restingNote({ resting }: StackReport, now: number): readonly string[] {
	const [first, ...others] = resting.map(
		({ deployment_id, since }) => `${deployment_id} (since ${duration(now - since * 1000)} ago)`,
	);
	if (first === undefined) return [];
	return [
		'',
		`Stopped, and kept to be started again (pulse-railway rollback --redeploy ID): ${[first, ...others].join(', ')}. Railway bills nothing for it.`,
	];
}

function cells(row: DeploymentReport, now: number): readonly string[] {
	return [
		row.deployment_id,
		row.state,
		row.railway_status?.toLowerCase() ?? 'gone',
		whoIsThere(row),
		String(row.sockets),
		String(row.requests_in_flight),
		String(row.requests_per_second),
		row.created_at === null ? '' : duration(now - Date.parse(row.created_at)),
		row.leave_by === null ? janitor(row.janitor, now) : leaving(row, row.leave_by * 1000, now),
	];
}

/** `recalled, 3 pages left, gone by 02:14 (Europe/Paris)`. */
function leaving(row: DeploymentReport, by: number, now: number): string {
	const { recalled, tab_states, sockets, requests_in_flight: requests } = row;
	const left = leftText({ ...(tab_states ?? UNTOLD), pages: row.tabs ?? row.sessions, sockets, requests });
	const what = `${recalled ? 'recalled' : 'drains'}, ${left} left`;
	const until = momentText(by, now);
	if (now < by + OVERDUE_MS) return `${what}, gone by ${until}`;
	const next = recalled ? `pulse-railway recall ${row.deployment_id}` : 'see its log';
	return `${what}, was to be gone by ${until}; the janitor has not come: ${next}`;
}

function whoIsThere({ tabs, sessions, replicas, tab_states }: DeploymentReport): string {
	if (tabs !== null) return counted(tabs, 'tab');
	if (sessions === null) return '?';
	const held = tab_states?.held ?? 0;
	const where = replicas === null || replicas === 1 ? '' : ` on ${replicas} replicas`;
	return held === 0 ? `${sessions}${where}` : `${sessions}${where} (${held} held)`;
}

function janitor({ action, reason, detail, until }: DeploymentReport['janitor'], now: number): string {
	if (reason === 'active' || reason === 'pending') return '';
	const why = [reason.replaceAll('_', ' '), detail].filter((part) => part !== null).join(': ');
	const end = until === null ? '' : `, ${duration(until * 1000 - now)} left`;
	return `${action} (${why}${end})`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd(),
	);
}

/** `45s`, `12m`, `3h`, `5d`. */
function duration(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 120) return `${seconds}s`;
	if (seconds < 7_200) return `${Math.round(seconds / 60)}m`;
	return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}
