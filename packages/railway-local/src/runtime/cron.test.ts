import { writeFile } from 'node:fs/promises';
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
	until,
} from '../testing/harness.ts';

const INSTANCE =
	'query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { id nextCronRunAt } }';
const SKIPPED = 'Skipped: the execution before this one is still active.';
const RUN = 'mutation($id: String!) { deploymentInstanceExecutionCreate(input: {serviceInstanceId: $id}) }';

async function cronService(startCommand: string, cronScale = 1) {
	const api = client(await startPlatform({ behaviour: { cronScale } }));
	const stack = await createStack(api);
	const id = await createService(api, stack, 'job', {
		startCommand,
		cronSchedule: '*/5 * * * *',
		restartPolicyType: 'NEVER',
	});
	const deployment = await deployFiles(api, stack, id, { 'a.txt': '' });
	await reaches(api, deployment, 'SUCCESS');
	const { serviceInstance } = await api.data(INSTANCE, { s: id, e: stack.environmentId });
	const run = () => api.data(RUN, { id: serviceInstance.id });
	const printed = async (line: string) => (await logs(api, deployment)).filter((entry) => entry === line).length;
	return { api, deployment, serviceInstance, run, printed };
}

test('a cron service does not run when it is deployed, but at its times', async () => {
	// Five minutes pass in 150 ms.
	const { serviceInstance, printed } = await cronService('echo tick', 2_000);
	expect(new Date(serviceInstance.nextCronRunAt).getUTCMinutes() % 5).toBe(0);
	await until('it ran three times', async () => (await printed('tick')) >= 3);
});

test('an execution can be asked for, and is skipped while the one before is active', async () => {
	const go = join(await temporaryFolder(), 'go');
	const { run, printed, api, deployment } = await cronService(
		`echo begun; while [ ! -e ${go} ]; do sleep 0.05; done; echo ended`,
	);
	expect(await printed('begun')).toBe(0);
	await run();
	await until('it runs', async () => (await printed('begun')) === 1);
	await run();
	await until('the second is skipped', async () => (await printed(SKIPPED)) === 1);
	await writeFile(go, '');
	await until('it ended', async () => (await printed('ended')) === 1);
	expect(await printed('begun')).toBe(1);
	const read = async () =>
		(await api.data('query($id: String!) { deployment(id: $id) { status deploymentStopped } }', { id: deployment }))
			.deployment;
	await until('it is completed', async () => (await read()).deploymentStopped);
	expect((await read()).status).toBe('SUCCESS');
});

test('a failing execution shows as CRASHED and is not restarted', async () => {
	const { api, deployment, run, printed } = await cronService('echo tried; exit 4');
	await run();
	await until('it crashed', async () => (await status(api, deployment)) === 'CRASHED');
	expect(await printed('tried')).toBe(1);
});
