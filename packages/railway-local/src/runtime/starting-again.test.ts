// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of Railway look like that.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
	client,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	startPlatform,
	status,
	temporaryFolder,
} from '../testing/harness.ts';

const SETTINGS = { startCommand: 'node server.mjs', healthcheckPath: '/', restartPolicyType: 'NEVER' };

test('services that take the same thing at their start all come back, one after the other where need be', async () => {
	const dir = await temporaryFolder();
	const lock = join(await temporaryFolder(), 'lock');
	// As a port is: looked for, found free, and gone when it is wanted.
	const racer = {
		'server.mjs': `import { mkdirSync, rmdirSync } from 'node:fs';
import { createServer } from 'node:http';
try { mkdirSync(${JSON.stringify(lock)}); } catch { process.exit(3); }
setTimeout(() => { rmdirSync(${JSON.stringify(lock)}); createServer((_, response) => response.end()).listen(process.env.PORT); }, 400);`,
	};
	const first = await startPlatform({ dir });
	const api = client(first);
	const stack = await createStack(api);
	const ids: string[] = [];
	for (const name of ['one', 'two', 'three']) {
		const id = await deployFiles(api, stack, await createService(api, stack, name, SETTINGS), racer);
		await reaches(api, id, 'SUCCESS');
		ids.push(id);
	}
	await first.close();
	await rm(lock, { recursive: true, force: true });
	const platform = await startPlatform({ dir });
	const again = client(platform);
	const said = async () => (await Promise.all(ids.map((id) => logs(again, id)))).flat();
	await expect.poll(async () => (await said()).some((line) => line.endsWith('Starting it once more.'))).toBe(true);
	// Where the last start began, it went on to be served: statuses alone say SUCCESS from before.
	await expect
		.poll(() => platform.describe().environments[0]!.services.map(({ processes }) => processes[0]?.status))
		.toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
	for (const id of ids) expect(await status(again, id)).toBe('SUCCESS');
}, 60_000);

test('what could not start once is tried again at the next start of the platform', async () => {
	const dir = await temporaryFolder();
	const broken = join(await temporaryFolder(), 'broken');
	const files = {
		'server.mjs': `import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
if (existsSync(${JSON.stringify(broken)})) process.exit(0);
createServer((_, response) => response.end()).listen(process.env.PORT);`,
	};
	const first = await startPlatform({ dir });
	const api = client(first);
	const stack = await createStack(api);
	const id = await deployFiles(api, stack, await createService(api, stack, 'web', SETTINGS), files);
	await reaches(api, id, 'SUCCESS');
	await first.close();
	await writeFile(broken, '');
	const second = await startPlatform({ dir });
	await reaches(client(second), id, 'FAILED');
	await second.close();
	await rm(broken);
	const third = client(await startPlatform({ dir }));
	await expect.poll(() => status(third, id)).toBe('SUCCESS');
}, 60_000);

test('a variable that refers to nothing is told with the deployment, and in its log', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const variables = { A: 'x${{ shared.GONE }}', B: '${{Nowhere.URL}}', C: '${{D}}', D: 'here' };
	const web = await createService(api, stack, 'web', { startCommand: 'echo "$A-$B-$C"' }, variables);
	const id = await deployFiles(api, stack, web, { 'a.txt': '' });
	await reaches(api, id, 'SUCCESS');
	const { deployment } = await api.data('query($id: String!) { deployment(id: $id) { meta } }', { id });
	const said = [
		'Variable A refers to ${{ shared.GONE }}, which is not there: that part of it is empty.',
		'Variable B refers to ${{ Nowhere.URL }}, which is not there: that part of it is empty.',
	];
	expect(deployment.meta.buildWarnings).toEqual(said);
	expect(await logs(api, id)).toEqual(expect.arrayContaining(said));
});

test("the janitor of the Python tools is run by their own command, and never by this package's", async () => {
	const image = 'ghcr.io/erwinkn/pulse-railway-janitor:0.3.13';
	const startCommand = "sh -c 'pulse-railway janitor run'";
	const bin = await temporaryFolder();
	for (const path of [`${bin}:${process.env.PATH}`, process.env.PATH]) {
		if (path?.startsWith(bin)) {
			await writeFile(join(bin, 'pulse-railway'), '#!/usr/bin/env python3\nprint("theirs")\n', { mode: 0o755 });
		}
		const api = client(await startPlatform({ env: { ...process.env, PATH: path } }));
		const stack = await createStack(api);
		const { serviceCreate } = await api.data('mutation($i: ServiceCreateInput!) { serviceCreate(input: $i) { id } }', {
			i: { ...stack, name: 'janitor' },
		});
		await api.data(
			'mutation($s: String!, $e: String!, $i: ServiceInstanceUpdateInput!) { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $i) }',
			{
				s: serviceCreate.id,
				e: stack.environmentId,
				i: { source: { image }, startCommand, restartPolicyType: 'NEVER', numReplicas: 1 },
			},
		);
		const { serviceInstanceDeployV2: id } = await api.data(
			'mutation($s: String!, $e: String!) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e) }',
			{ s: serviceCreate.id, e: stack.environmentId },
		);
		const wanted = path?.startsWith(bin) ? 'theirs' : 'which is not on the PATH: activate its environment';
		await expect.poll(async () => (await logs(api, id)).join('\n')).toContain(wanted);
	}
}, 60_000);
