import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startLocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';

it('ensure creates what is not there, reconciles what is, and refuses what is neither (R5.23)', async () => {
	const app = await appFolder();
	onTestFinished(() => app.dispose());
	const nodeModules = join(app.dir, 'node_modules');
	const behaviour = { transitionMs: 5 };
	const platform = await startLocalPlatform({
		dir: join(app.dir, '.platform'),
		env: process.env,
		redis: 'sqlite',
		nodeModules,
		behaviour,
	});
	onTestFinished(() => platform.close());
	const env = {
		PULSE_RAILWAY_API_URL: platform.apiUrl,
		RAILWAY_API_TOKEN: platform.accountToken,
		RAILWAY_WORKSPACE_ID: platform.workspaceId,
	};
	const ensure = async (...flags: string[]): Promise<Record<string, unknown>> => {
		const ended = await pulseRailway(['ensure', 'app.ts', '--yes', '--json', ...flags], { cwd: app.dir, env });
		return { code: ended.code, ...ended.json<Record<string, unknown>>() };
	};
	const made = await ensure('--project-name', 'shop', '--drain-ttl-seconds', '7200');
	expect(made).toMatchObject({ code: 0, internal_token_created: true, router: { status: 'SUCCESS' } });
	// The project is found again by its name, as by its id.
	expect(await ensure('--project-name', 'shop')).toMatchObject({ code: 0, changed: false });
	const ids = ['--project-id', String(made.project_id), '--environment-id', String(made.environment_id)];
	expect(await ensure(...ids)).toMatchObject({ code: 0, changed: false });
	expect(await ensure(...ids, '--drain-ttl-seconds', '3600')).toMatchObject({ code: 0, changed: true });
	expect(await ensure('--workspace-id', platform.workspaceId, '--project', 'shop')).toMatchObject({ changed: false });

	const [environment] = platform.describe().environments;
	const env_ = environment?.services.find(({ service_name }) => service_name === 'pulse-env');
	const query = 'mutation($id: String!) { serviceDelete(id: $id) }';
	await fetch(platform.apiUrl, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.accountToken}` },
		body: JSON.stringify({ query, variables: { id: env_?.service_id } }),
	});
	const partial = await ensure(...ids);
	expect(partial).toMatchObject({ code: 1, error: { message: 'baseline service pulse-env not found' } });
}, 90_000);

it('scaffold is init by its former name', async () => {
	const { code, stdout } = await pulseRailway(['scaffold', '--help'], { cwd: '/', env: {} });
	expect(code).toBe(0);
	expect(stdout).toMatch(/The same as init/);
	expect(stdout).toMatch(/--drain-ttl-seconds <seconds> +the same as --max-drain-age-seconds/);
});
