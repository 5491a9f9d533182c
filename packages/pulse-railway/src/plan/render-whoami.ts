import type { WhoamiReport } from '../commands/whoami.ts';

const KINDS = {
	project: 'project token',
	account: 'account token',
	workspace: 'workspace token',
	login: 'login of the Railway CLI',
} as const;

/** As a person reads it. */
export function renderWhoami(report: WhoamiReport): string {
	const { project, environment, router_service: router } = report;
	const place = (what: string, named: WhoamiReport['project']) =>
		named === null ? [] : [`${what} ${named.name} (${named.id}), by ${named.from}`];
	const absent = router.exists === false ? '; it is not there: pulse-railway init' : '';
	return [
		`Signed in${report.account === null ? '' : ` as ${report.account}`} with a ${KINDS[report.token_kind]} (${report.token_from})`,
		...(report.workspaces.length === 0 ? [] : [`Workspaces: ${report.workspaces.join(', ')}`]),
		...place('Project', project),
		...place('Environment', environment),
		...(project === null ? ['No project is named: give --project, or set RAILWAY_PROJECT_ID'] : []),
		`Router service ${router.name}, by ${router.from}${absent}`,
		...(report.active_deployment_id === null ? [] : [`Active: ${report.active_deployment_id}`]),
		...(report.api_url === null ? [] : [`Asked at ${report.api_url} (PULSE_RAILWAY_API_URL)`]),
	].join('\n');
}
