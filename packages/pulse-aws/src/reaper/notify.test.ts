import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { destination } from 'pulse-deploy-kit/notify/destination';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { leave } from '../commands/leave.ts';
import { reap } from '../commands/reap.ts';
import { rollback } from '../commands/rollback.ts';
import { teardown } from '../commands/teardown.ts';
import { type Account, asked, NAME, openAccount, passOf } from '../commands/testing/account.ts';
import { noticesParameter, notifyParameter } from '../deployments/names.ts';
import { repositoryName } from '../platform/baseline-outputs.ts';
import { openOutbox } from '../platform/outbox.ts';
import { readBaseline } from '../stack/read-baseline.ts';
import type { KeptDeployment } from './decide.ts';
import { notifyOperators } from './notify.ts';

let account: Account;
let answers: number[];
let received: { readonly id: string; readonly type: string; readonly data: Record<string, unknown> }[];
let receiver: { url: string; close(): void };
const yes = Array<boolean>(10).fill(true);

beforeEach(async () => {
	[account, answers, received] = [await openAccount(), [], []];
	const server = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		received.push({ id: String(request.headers['webhook-id']), ...JSON.parse(body) });
		response.writeHead(answers.shift() ?? 200).end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	receiver = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s3cret`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
});
afterEach(async () => {
	receiver.close();
	await account.close();
});

type Asked = 'off' | 'same' | null;
async function deployed(notify: Asked = 'same'): Promise<string> {
	const whom = notify === 'off' ? ('off' as const) : destination(receiver.url);
	const given = notify === null ? null : { notify: whom, secret: undefined, keptSeconds: 120 };
	const request = { ...(await asked({})), notify: given };
	return (await deploy(account.connect({ answers: yes }).session, request)).result?.deployment_id ?? '';
}

/** As the reaper's function does after each run. */
async function tell(kept: readonly KeptDeployment[] | null = []) {
	const { session } = account.connect();
	const { outputs } = await readBaseline(session, NAME);
	if (outputs === null) throw new Error('there is no baseline');
	const { clusterName: cluster, listenerArn, vpcId } = outputs;
	const place = { name: NAME, cluster, listenerArn, vpcId, repository: repositoryName(outputs.ecrRepositoryUri) };
	const policy = { rollbackWindowMs: 0 };
	const by = { aws: session.aws, place, policy, clock: session.clock, signal: session.signal };
	return account.world.clock.hold(notifyOperators({ ...by, region: 'eu-west-1', kept }), 60_000);
}
const told = () => received.map(({ type, data }) => `${type} ${data.deployment_id}`);

test('A10.8: deploys, rollbacks and what the reaper ended are told once, with the sessions that were on it', async () => {
	const one = await deployed();
	const two = await deployed(null);
	await rollback(account.connect({ answers: yes }).session, {
		deploymentName: NAME,
		deploymentId: null,
		dryRun: false,
	});
	expect(await tell()).toEqual({ sent: 3, failed: 0, given_up: 0, error: null });
	account.sessions.set(two, 2);
	await account.world.clock.sleep(10_000);
	const when = { withinSeconds: 60, isUsual: false };
	const recall = { verb: 'recall', deploymentName: NAME, deploymentId: two, when, dryRun: false } as const;
	await leave(account.connect({ answers: yes }).session, recall);
	for (let round = 0; round < 2; round++) {
		await account.world.clock.sleep(240_000);
		await passOf(account);
	}
	await tell();
	await tell();
	expect(told()).toEqual([
		`deployment.deployed ${one}`,
		`deployment.deployed ${two}`,
		`deployment.rolled_back ${one}`,
		`deployment.recalled ${two}`,
		`deployment.deleted ${two}`,
	]);
	expect(received.at(-1)?.data).toMatchObject({ platform: 'aws', stack: NAME, reason: 'recalled', sessions: 4 });
	expect(new Set(received.map(({ id }) => id)).size).toBe(5);
}, 60_000);

test('A10.8: a deployment that stays is told of with what holds it, and a receiver that is away gets it later with the same id', async () => {
	const one = await deployed();
	await deployed(null);
	await tell();
	await account.world.clock.sleep(121_000);
	answers = [503];
	const kept = [{ id: one, reason: 'in-use', detail: '2 tabs' } as const];
	expect(await tell(kept)).toMatchObject({ failed: 1, error: 'it answered 503' });
	expect(await tell(kept)).toMatchObject({ sent: 0, failed: 0 });
	await account.world.clock.sleep(61_000);
	expect(await tell(kept)).toMatchObject({ sent: 1 });
	const [first, second] = received.slice(-2);
	expect(second).toMatchObject({
		id: first?.id,
		type: 'deployment.kept',
		data: { deployment_id: one, reason: '2 tabs' },
	});
});

test('A10.8: one pass by hand tells as the function does; a dry run and one that is declined tell nobody', async () => {
	const one = await deployed();
	const two = await deployed(null);
	account.sessions.set(one, 0);
	await account.world.clock.sleep(180_000);
	const pass = (answer: boolean, dryRun = false) =>
		reap(account.connect({ answers: [answer] }).session, {
			...{ deploymentName: NAME, maxAgeHours: null, deploymentTimeoutHours: null, dryRun },
		});
	expect(await pass(true, true)).toMatchObject({ notices: null });
	expect(await pass(false)).toMatchObject({ notices: null });
	expect(told()).toEqual([]);
	const report = await pass(true);
	expect(report).toMatchObject({ drained: 1, notices: { failed: 0, given_up: 0 } });
	expect(told()).toEqual(expect.arrayContaining([`deployment.deployed ${one}`, `deployment.deployed ${two}`]));
	expect(report.notices?.sent).toBe(received.length);
	expect(await tell()).toMatchObject({ sent: 0 });
}, 60_000);

test('A10.8: a pass by hand without the right to read whom to tell has done its work, and says who tells', async () => {
	await deployed();
	const { session, host } = account.connect({ answers: yes });
	const getParameters: typeof session.aws.ssm.getParameters = async (input) => {
		if (input.WithDecryption === true) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
		return session.aws.ssm.getParameters(input);
	};
	const aws = { ...session.aws, ssm: { ...session.aws.ssm, getParameters } };
	const request = { deploymentName: NAME, maxAgeHours: null, deploymentTimeoutHours: null, dryRun: false };
	expect(await reap({ ...session, aws }, request)).toMatchObject({ refused: null, notices: null });
	const text = 'Notices are left to the deployed reaper: AccessDeniedException';
	expect(host.messages).toContainEqual({ level: 'warning', text });
});

test('A10.8: a run that failed tells what commands did, and leaves what stays to the next one', async () => {
	const one = await deployed();
	await deployed(null);
	await account.world.clock.sleep(121_000);
	expect(await tell(null)).toMatchObject({ sent: 2, error: null });
	expect(await tell()).toMatchObject({ sent: 1 });
	expect(told().at(-1)).toBe(`deployment.kept ${one}`);
}, 60_000);

test('A10.8: the address is kept encrypted and shown without its path, what nobody gives stays, and off ends it', async () => {
	await deployed();
	const { session, host } = account.connect({ answers: yes });
	const read = async (WithDecryption: boolean) => {
		const { Parameters } = await session.aws.ssm.getParameters({ Names: [notifyParameter(NAME)], WithDecryption });
		return Parameters?.[0];
	};
	const kept = await read(true);
	expect(kept).toMatchObject({ Type: 'SecureString' });
	expect(JSON.parse(kept?.Value ?? '')).toMatchObject({ url: receiver.url, kept: 120 });
	expect((await read(false))?.Value).not.toContain('s3cret');
	const request = {
		...(await asked({})),
		notify: { notify: 'off' as const, secret: undefined, keptSeconds: undefined },
	};
	const { plan } = await deploy(session, request, { dryRun: true });
	expect(plan.steps.map(({ title }) => title)).toContain('Tell nobody of what happens');
	expect(JSON.stringify([host.messages, plan])).not.toContain('s3cret');
	const again = await deploy(
		session,
		{ ...request, notify: { ...request.notify, notify: destination(receiver.url) } },
		{ dryRun: true },
	);
	expect(again.plan.steps.map(({ kind }) => kind)).not.toContain('set-notices');
	await tell();
	await deployed('off');
	expect(await tell()).toBeNull();
	await deployed();
	await tell();
	expect(told()).toHaveLength(2);
	await account.world.clock.sleep(60_000);
	const { session: last } = account.connect({ answers: yes });
	await teardown(last, { deploymentName: NAME, force: true, dryRun: false } as Parameters<typeof teardown>[1]);
	const { Parameters } = await last.aws.ssm.getParameters({ Names: [notifyParameter(NAME), noticesParameter(NAME)] });
	expect(Parameters).toEqual([]);
}, 60_000);

test('A10.8: of senders that run at once one has each notice, also where a late write hides what stands', async () => {
	await deployed();
	await deployed(null);
	const reports = await Promise.all(Array.from({ length: 4 }, () => tell().catch((error: Error) => error)));
	expect(told()).toHaveLength(2);
	expect(reports.filter((one) => !(one instanceof Error)).length).toBeGreaterThan(0);
	const { session } = account.connect();
	// Of a run that slept: it names a version that is long gone.
	const late = { Name: noticesParameter(NAME), Value: '[0,{"t":0,"k":[],"s":[],"d":["x",0],"w":[]}]', Overwrite: true };
	await session.aws.ssm.putParameter(late);
	expect(await tell()).toMatchObject({ sent: 0 });
}, 60_000);

test('A10.8: what waits always fits into a parameter', async () => {
	const { session } = account.connect();
	const past = Array.from({ length: 200 }, (_, at) => ({
		key: `${'f'.repeat(16)}-${at}`,
		at: session.clock.now() - 1_000 + at,
		type: 'deployment.deployed' as const,
		data: { deployment_id: 'one' },
	}));
	const of = { aws: session.aws, name: NAME, tidings: { past, standing: [] }, now: () => session.clock.now() };
	const outbox = openOutbox(of, { tells: 'f'.repeat(16), startedAt: 1 });
	expect((await outbox.claim()).due).not.toBeNull();
	const { Parameters } = await session.aws.ssm.getParameters({ Names: [noticesParameter(NAME)] });
	expect(Buffer.byteLength(Parameters?.[0]?.Value ?? '')).toBeLessThanOrEqual(4_096);
});
