import { afterEach, expect, test } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { status } from '../commands/status.ts';
import { type Account, asked, NAME, openAccount } from '../commands/testing/account.ts';
import type { DeployRequest } from '../config/deploy.ts';
import type { Deployment } from '../deployments/deployment.ts';
import { refuseOtherKind } from './other-kind.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

const container = { says: 'An app in a Dockerfile, port 8000' } as NonNullable<DeployRequest['container']>;
const wanted = (kind: DeployRequest['container'], kindIsSaid = false) => ({
	deploymentName: 'prod',
	container: kind,
	kindIsSaid,
});

function serving(kind: 'pulse' | 'container') {
	const own = kind === 'pulse' ? {} : { container: { affinity: 'tab' as const } };
	return {
		traffic: { defaultTargetGroupArn: 'tg', defaultCertificateArn: null, rules: [] },
		deployments: [{ id: 'prod-1', targetGroupArn: 'tg', ...own } as unknown as Deployment],
	};
}

test('A16.8: what was only found does not take the place of an app of the other kind; the refusal says how to mean it', () => {
	expect(() => refuseOtherKind(serving('pulse'), wanted(container))).toThrow(
		expect.objectContaining({
			code: 'other-kind',
			message: 'prod serves a Pulse app (prod-1), and this folder seems to hold a container app.',
			detail: expect.stringContaining('An app in a Dockerfile, port 8000'),
			next: expect.stringContaining('--container'),
		}),
	);
	expect(() => refuseOtherKind(serving('container'), wanted(null))).toThrow(
		expect.objectContaining({
			message: 'prod serves a container app (prod-1), and this folder seems to hold a Pulse app.',
			next: expect.stringContaining('--app-file'),
		}),
	);
});

test('A16.8: what was said goes on, and so does an app of the same kind, or the first one', () => {
	expect(() => refuseOtherKind(serving('pulse'), wanted(container, true))).not.toThrow();
	expect(() => refuseOtherKind(serving('container'), wanted(null, true))).not.toThrow();
	expect(() => refuseOtherKind(serving('pulse'), wanted(null))).not.toThrow();
	expect(() => refuseOtherKind(serving('container'), wanted(container))).not.toThrow();
	expect(() => refuseOtherKind({ ...serving('pulse'), deployments: [] }, wanted(container))).not.toThrow();
});

test('A16.8: such a deploy makes nothing, whatever is agreed to', async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked());
	const before = await status(account.connect().session, NAME);
	const request = { ...(await asked()), container, kindIsSaid: false };
	const { session, host } = account.connect({ answers: [true, true, true] });
	await expect(deploy(session, request)).rejects.toMatchObject({ code: 'other-kind' });
	expect(host.text()).not.toContain('Start the service');
	const after = await status(account.connect().session, NAME);
	expect([after.active, after.remnants, after.deployments.length]).toEqual([before.active, [], 1]);
});
