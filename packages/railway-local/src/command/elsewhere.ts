import type { Host } from 'pulse-deploy-kit/host';
import type { PlatformDescription } from '../describe.ts';

/** A shell that still names another platform's project would send every command there, to be told "Project not found". */
export function warnOfElsewhere(
	env: Readonly<Record<string, string | undefined>>,
	{ environments }: PlatformDescription,
	host: Pick<Host, 'notify'>,
): void {
	const known = new Set(environments.flatMap((environment) => [environment.project_id, environment.environment_id]));
	const names = ['RAILWAY_PROJECT_ID', 'RAILWAY_ENVIRONMENT_ID'].filter((name) => env[name] && !known.has(env[name]));
	const warn = (text: string) => host.notify({ level: 'warning', text });
	if (names.length > 0)
		warn(`${names.join(' and ')} in your shell will not be found on this platform. First: unset ${names.join(' ')}`);
	if (env.RAILWAY_TOKEN)
		warn(
			"RAILWAY_TOKEN in your shell comes before this platform's token. Unless it was made here: unset RAILWAY_TOKEN",
		);
}
