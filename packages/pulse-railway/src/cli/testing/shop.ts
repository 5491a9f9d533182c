import { join } from 'node:path';
import { type LocalPlatform, type LocalPlatformOptions, startLocalPlatform } from '../../local.ts';
import { pulseRailway } from './run.ts';

/** A local platform beside the app in this folder, and what its user has exported. */
export async function startPlatform(
	dir: string,
	{ behaviour, ...more }: Pick<LocalPlatformOptions, 'behaviour' | 'buildCommand'> = {},
): Promise<{ platform: LocalPlatform; env: Record<string, string> }> {
	const platform = await startLocalPlatform({
		dir: join(dir, '.platform'),
		env: process.env,
		redis: 'sqlite',
		nodeModules: join(dir, 'node_modules'),
		behaviour: { transitionMs: 5, restartBackoffMs: () => 20, ...behaviour },
		...more,
	});
	const env = {
		PULSE_RAILWAY_API_URL: platform.apiUrl,
		RAILWAY_API_TOKEN: platform.accountToken,
		RAILWAY_WORKSPACE_ID: platform.workspaceId,
	};
	return { platform, env };
}

/** A stack of the name `shop`, whose janitor never runs by itself; what its user exports goes to `env`. @returns its address */
export async function initShop(dir: string, env: Record<string, string>): Promise<string> {
	const never = ['--janitor-cron-schedule', '0 0 29 2 *'];
	const made = await pulseRailway(['init', 'app.ts', '--project-name', 'shop', ...never], { cwd: dir, env });
	const { server_address = '', project_id = '', environment_id = '' } = made.json<Record<string, string>>();
	Object.assign(env, { RAILWAY_PROJECT_ID: project_id, RAILWAY_ENVIRONMENT_ID: environment_id });
	return server_address;
}
