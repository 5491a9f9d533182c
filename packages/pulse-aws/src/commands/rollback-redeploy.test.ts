import { afterEach, expect, test, vi } from 'vitest';
import { writeHistory } from '../platform/write-history.ts';
import { deploy } from './deploy.ts';
import { history } from './history.ts';
import { rollback } from './rollback.ts';
import { rollbackRedeploy } from './rollback-redeploy.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';

// Days go by.
vi.setConfig({ testTimeout: 600_000 });

let account: Account;
afterEach(() => account.close());

async function deployed(flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const { result } = await deploy(
		account.connect().session,
		await asked({ rollbackWindow: '1h', drainPollSeconds: '120', ...flags }),
	);
	return result?.deployment_id ?? '';
}
const back = async (deploymentId: string | null = null) => {
	const { result } = await rollbackRedeploy(account.connect().session, {
		deploymentName: NAME,
		deploymentId,
		dryRun: false,
	});
	return result ?? expect.fail('no result');
};
const rows = async () => (await status(account.connect().session, NAME)).deployments;
const newVisitorMeets = async () => (await fetch(`${await account.origin()}/`)).text();
const imageTags = () =>
	[...account.world.registry.repositories.values()].flatMap(({ images }) =>
		[...images.values()].map(({ tags }) => [...tags].sort()),
	);

/** Hours go by in which no operator looks: the reaper runs, and ends what is not used. */
async function later(hours: number): Promise<void> {
	for (let pass = 0; pass < 4; pass++) {
		await account.world.clock.sleep((hours / 4) * 3_600_000);
		await passOf(account);
	}
}

test('two days later the version before is made anew from its image, under an id of its own, and is active (A4.4)', async () => {
	account = await openAccount();
	const good = await deployed({ message: 'the good one', taskEnv: ['LEVEL=info'], taskCpu: '512', taskMemory: '1024' });
	const bad = await deployed();
	await later(48);
	expect((await rows()).map((one) => one.deployment_id)).toEqual([bad]);
	const refused = rollback(account.connect().session, { deploymentName: NAME, deploymentId: null, dryRun: false });
	await expect(refused).rejects.toMatchObject({ next: expect.stringContaining('pulse-aws rollback --redeploy') });

	const done = await back();
	expect(done).toMatchObject({ made_of: good, marked_draining: [bad] });
	const { deployment_id: again } = done;
	expect([good, bad]).not.toContain(again);
	expect(await newVisitorMeets()).toBe(again);
	expect((await rows()).find((one) => one.deployment_id === again)).toMatchObject({
		state: 'active',
		made_of: good,
		tasks: { desired: 2 },
	});
	expect(imageTags()).toContainEqual([good, again].sort());
	const [service] = (await account.world.aws.ecs.describeServices({ cluster: NAME, services: [again] })).services ?? [];
	const { taskDefinition } = await account.world.aws.ecs.describeTaskDefinition({
		taskDefinition: service?.taskDefinition,
	});
	expect(taskDefinition).toMatchObject({ cpu: '512', memory: '1024' });
	expect(taskDefinition?.containerDefinitions?.[0]?.environment).toContainEqual({ name: 'LEVEL', value: 'info' });
	const told = await history(account.connect().session, { deploymentName: NAME, deploymentId: again, lines: 1 });
	expect(told.entries).toMatchObject([
		{ event: 'activated', previous_deployment_id: bad, made_of: good, message: 'the good one' },
	]);
});

/** What is left in the account of a preview that is gone. */
async function leftOfPreview(id: string, like: string): Promise<void> {
	const { session } = account.connect();
	const [service] = (await session.aws.ecs.describeServices({ cluster: NAME, services: [like] })).services ?? [];
	const found = await session.aws.ecs.describeTaskDefinition({ taskDefinition: service?.taskDefinition });
	const text = JSON.stringify(found.taskDefinition).replaceAll(like, id);
	await session.aws.ecs.registerTaskDefinition(JSON.parse(text));
	const [repositoryUri = ''] = JSON.parse(text).containerDefinitions[0].image.split('@');
	await session.images.push({ ...NO_BUILD, repositoryUri, tag: id }, session.signal);
	const { aws, randomHex, clock } = session;
	const by = { aws, by: 'ci', randomHex, clock };
	await writeHistory(by, NAME, [{ event: 'preview', id, until: account.world.clock.now() }]);
}
const NO_BUILD = { dockerfile: '', context: '', buildArgs: {}, architecture: 'x86_64', isBuilt: true } as const;

test('ten pull requests, each with a preview that is gone by now, push out nothing that could be gone back to (A10.6)', async () => {
	account = await openAccount();
	const good = await deployed();
	const bad = await deployed();
	for (let count = 0; count < 10; count++) await leftOfPreview(`${NAME}-20260105-11000${count}Z`, bad);
	expect(imageTags()).toHaveLength(12);
	await later(2);
	expect(imageTags().flat().sort()).toEqual([good, bad]);
	const { taskDefinitionArns = [] } = await account.world.aws.ecs.listTaskDefinitions({ status: 'ACTIVE' });
	expect(taskDefinitionArns).toHaveLength(2);
	const dry = { deploymentName: NAME, deploymentId: null, dryRun: true };
	const { plan } = await rollbackRedeploy(account.connect().session, dry);
	expect(plan.facts[0]).toContain(good);
});

test('what still runs is gone back to as it is; what is active, and what cannot be made, is refused with what can (A4.4)', async () => {
	account = await openAccount();
	const first = await deployed();
	const second = await deployed();
	expect(await back()).toMatchObject({ deployment_id: first, made_of: null });
	await expect(back(first)).rejects.toMatchObject({ message: `${first} is active already` });
	await expect(back(`${NAME}-20200101-000000Z`)).rejects.toMatchObject({
		code: 'version-gone',
		next: expect.stringContaining(second),
	});
});

test('a version that was recalled is passed over; named, it is made anew all the same (A4.4)', async () => {
	account = await openAccount();
	const good = await deployed();
	const bad = await deployed();
	const third = await deployed();
	const { leave } = await import('./leave.ts');
	const { recallWhen } = await import('pulse-deploy-kit/leave-settings');
	const when = recallWhen({ within: 60, now: false, cancel: false });
	await leave(account.connect({ answers: [true] }).session, {
		verb: 'recall',
		deploymentName: NAME,
		deploymentId: bad,
		when,
		dryRun: false,
	});
	await later(3);
	expect(await back()).toMatchObject({ made_of: good, marked_draining: [third] });
	expect(await back(bad)).toMatchObject({ made_of: bad });
});

test('an image that is gone is told before anything is made (A4.4)', async () => {
	account = await openAccount();
	const good = await deployed();
	const bad = await deployed();
	await later(3);
	await account.world.aws.ecr.batchDeleteImage({ repositoryName: NAME, imageIds: [{ imageTag: good }] });
	await expect(back()).rejects.toMatchObject({ code: 'image-gone', next: expect.stringContaining('deploy it again') });
	expect((await rows()).map((one) => one.deployment_id)).toEqual([bad]);
	expect(await newVisitorMeets()).toBe(bad);
});

test('the image of what was made anew stays while it runs, also once that of the earlier deployment is swept (A4.4)', async () => {
	account = await openAccount();
	const good = await deployed();
	await deployed();
	await later(3);
	const { deployment_id: again } = await back();
	account.sessions.set(again, 1);
	for (let count = 0; count < 11; count++) await deployed({ reaperMaxAgeHours: '1000' });
	await passOf(account);
	expect(imageTags()).toContainEqual([again]);
	expect(imageTags().flat()).not.toContain(good);
});
