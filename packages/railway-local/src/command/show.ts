import type { PlatformDescription } from '../describe.ts';
import { shellQuote } from '../shell-quote.ts';

/** Lines for a shell: `eval` them, or paste. With the folder, so that `local status` finds it from everywhere. */
export function exportLines(
	platform: { apiUrl: string; accountToken: string; workspaceId: string },
	dir: string,
): string {
	return [
		`export PULSE_RAILWAY_API_URL=${platform.apiUrl}`,
		`export RAILWAY_API_TOKEN=${platform.accountToken}`,
		`export RAILWAY_WORKSPACE_ID=${platform.workspaceId}`,
		`export PULSE_RAILWAY_LOCAL_DIR=${shellQuote(dir)}`,
	].join('\n');
}

/** The table of `local status`. */
export function showDescription(description: PlatformDescription): string {
	const lines = [`API        ${description.api_url}`, `Redis      ${description.redis}`];
	if (description.containers !== null) lines.push(`Containers ${description.containers}`);
	if (description.environments.length === 0) lines.push('', 'No projects yet: pulse-railway init creates one.');
	for (const environment of description.environments) {
		lines.push('', `${environment.project_name} / ${environment.environment_name}`);
		lines.push(`  project ${environment.project_id}  environment ${environment.environment_id}`);
		const rows = environment.services.map((service) => [
			service.service_name,
			service.status ?? 'not deployed',
			service.processes.map(({ pid }) => `pid ${pid}`).join(' ') || (service.cron ? `cron ${service.cron}` : '-'),
			service.addresses.join(' ') || service.processes.map(({ port }) => `127.0.0.1:${port}`).join(' '),
		]);
		const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
		for (const row of rows) {
			lines.push(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
		}
	}
	return lines.join('\n');
}
