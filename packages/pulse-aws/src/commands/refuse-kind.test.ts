import { afterEach, expect, test } from 'vitest';
import { KIND_TAG } from '../deployments/tags.ts';
import { deploy } from './deploy.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

test('A16.8: a deploy whose kind was only found makes nothing over one of the other, whatever is agreed to', async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked());
	const before = await status(account.connect().session, NAME);
	const container = { says: 'An app in a Dockerfile, port 8000' } as never;
	const request = { ...(await asked()), container, kindIsSaid: false };
	const { session, host } = account.connect({ answers: [true, true, true] });
	await expect(deploy(session, request)).rejects.toMatchObject({ code: 'other-kind' });
	expect(host.text()).not.toContain('Start the service');
	const after = await status(account.connect().session, NAME);
	expect([after.active, after.remnants, after.deployments.length]).toEqual([before.active, [], 1]);
});

test('A16.8: where visitors were moved to the other kind while it was built, it takes itself back at the cut-over', async () => {
	account = await openAccount();
	const { world } = account;
	const yes = Array<boolean>(10).fill(true);
	const session = () => account!.connect({ answers: yes }).session;
	const { result: first } = await deploy(session(), await asked());
	await world.aws.ecs.tagResource({
		resourceArn: first?.service_arn ?? '',
		tags: [{ key: KIND_TAG, value: 'container' }],
	});
	const { result: second } = await deploy(session(), await asked());
	const slow = session();
	const push: typeof slow.images.push = async (request, signal) => {
		// Another command, while this one builds.
		await rollback(session(), { deploymentName: NAME, deploymentId: null, dryRun: false });
		return slow.images.push(request, signal);
	};
	const found = { ...(await asked()), kindIsSaid: false };
	await expect(deploy({ ...slow, images: { ...slow.images, push } }, found)).rejects.toMatchObject({
		code: 'other-kind',
		message: `a container app is active (${first?.deployment_id}), and this folder seems to hold a Pulse app`,
	});
	const { active, remnants, deployments } = await status(session(), NAME);
	expect([active, remnants]).toEqual([first?.deployment_id, []]);
	expect(deployments.map((one) => one.deployment_id).sort()).toEqual(
		[first?.deployment_id, second?.deployment_id].sort(),
	);
});
