// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as Railway writes them.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	startPlatform,
	temporaryFolder,
	until,
} from './testing/harness.ts';

test('an uploaded app runs with its own variables, its port and its private name', async () => {
	const dir = await temporaryFolder();
	const platform = await startPlatform({ dir });
	const api = client(platform);
	const stack = await createStack(api);
	const service = await createService(api, stack, 'web', SERVER_SETTINGS, {
		GREETING: 'hello ${{RAILWAY_SERVICE_NAME}}',
	});
	const address = await createDomain(api, stack, service);
	expect((await fetch(address)).status).toBe(404);
	const deployment = await deployFiles(api, stack, service, SERVER('one'));
	await reaches(api, deployment, 'SUCCESS');
	expect(await (await fetch(address)).text()).toBe('one');
	const env = (await (await fetch(`${address}/env`)).json()) as Record<string, string>;
	expect(env).toMatchObject({ GREETING: 'hello web', RAILWAY_SERVICE_NAME: 'web', RAILWAY_DEPLOYMENT_ID: deployment });
	expect(env.PULSE_RAILWAY_API_URL).toBe(platform.apiUrl);
	// What a router remembers goes with the platform's folder.
	expect(env.PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE?.startsWith(dir)).toBe(true);
	const names = JSON.parse(await readFile(env.PULSE_RAILWAY_PRIVATE_NETWORK!, 'utf8'));
	expect(names).toEqual({ web: `127.0.0.1:${env.PORT}` });
	await until('its output is in the log', async () => (await logs(api, deployment)).includes('listening'));
});
