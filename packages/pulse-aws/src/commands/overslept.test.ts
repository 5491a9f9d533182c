import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { serverProgram } from 'aws-world/tasks/server-program';
import { afterEach, expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { deploy } from './deploy.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, type Connected, NAME, openAccount, passOf } from './testing/account.ts';

/** What a deploy that builds for long, sleeps or asks meets in the meantime, and what it does to others (contract, decision 23). */

let account: Account;
afterEach(() => account.close());

const all = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
const back = { deploymentName: NAME, deploymentId: null, dryRun: false };
const yes = Array<boolean>(10).fill(true);
const told = () => status(account.connect().session, NAME);

async function deployed(flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const { result } = await deploy(account.connect({ answers: yes }).session, await asked(flags));
	return result?.deployment_id ?? '';
}

/** How a command ended, and its error's code where it failed. */
const ending = <T>(work: Promise<T>) =>
	work.then(
		(result) => ({ result, code: null }),
		(error: { code?: string; message: string }) => ({ result: null, code: error.code ?? error.message }),
	);

/** A deploy that goes well, in whose calls others may sleep. */
async function probed() {
	const probe = account.connect({ answers: yes });
	await deploy(probe.session, await asked());
	return probe.trace.records;
}

test('a deploy that sleeps since it took its id makes nothing in what a teardown deletes', async () => {
	account = await openAccount();
	await deployed();
	const freed = (await probed()).find(
		({ call, input }) => call === 'ssm.putParameter' && /deploy-lock","Value":"free/.test(JSON.stringify(input)),
	);
	const at = freed?.index ?? 0;
	let reach = () => {};
	const reached = new Promise<void>((resolve) => {
		reach = resolve;
	});
	const tearing = account.connect({
		answers: yes,
		before: ({ call }) => {
			if (call === 'cloudformation.deleteStack') reach();
		},
	});
	let torn: ReturnType<typeof teardown> | undefined;
	const until = async () => {
		torn = teardown(tearing.session, all);
		await reached;
	};
	const { session, trace } = account.connect({ answers: yes, suspend: { index: at, when: 'after', until } });
	expect((await ending(deploy(session, await asked()))).code).toBe('lock-lost');
	expect((await torn)?.result.status).toBe('deleted');
	const asleep = trace.records.findIndex(({ index }) => index === at);
	const after = trace.records.slice(asleep + 1).map(({ call }) => call);
	expect(after.filter((call) => call.includes('.create'))).toEqual([]);
	expect([...account.world.parameters.keys()]).toEqual([]);
});

test('a teardown that finds a deploy awake by now refuses, and visitors stay where they are', async () => {
	account = await openAccount();
	await deployed();
	const at = (await probed()).find(({ call }) => call === 'ecs.registerTaskDefinition')?.index ?? 0;
	let wake = () => {};
	const woken = new Promise<void>((resolve) => {
		wake = resolve;
	});
	const tearing = account.connect({
		answers: yes,
		// The last look before the lease is ended.
		before: async ({ call, input }) => {
			if (call !== 'ssm.getParameters' || !/\/owner"/.test(JSON.stringify(input))) return;
			wake();
			await delay(300);
		},
	});
	let torn: Promise<{ code: string | null }> | undefined;
	const until = async () => {
		torn = ending(teardown(tearing.session, all));
		await woken;
	};
	const { session } = account.connect({ answers: yes, suspend: { index: at, when: 'after', until } });
	const sleeper = ending(deploy(session, await asked()));
	while (torn === undefined) await account.world.clock.sleep(500);
	expect((await torn).code).toBe('deploying');
	expect(tearing.trace.count('elb.modifyListener')).toBe(0);
	expect((await sleeper).code).toBeNull();
});

test('a cut-over waits for a stack that another changes', async () => {
	account = await openAccount();
	const first = account.connect({ answers: yes });
	let settings: Readonly<Record<string, string>> = {};
	const recording: Session['baseline']['deploy'] = (request, signal) => {
		settings = request.context;
		return first.session.baseline.deploy(request, signal);
	};
	const baseline = { version: first.session.baseline.version, check: () => {}, deploy: recording };
	await deploy({ ...first.session, baseline }, await asked());
	let update: Promise<unknown> | undefined;
	const change = async ({ call }: { call: string }) => {
		if (call !== 'elb.describeTargetHealth' || update !== undefined) return;
		const { session } = account.connect();
		const context = { ...settings, reaper_schedule_minutes: '9' };
		const tags = { 'pulse-cf-version': '0.0.0' };
		update = session.baseline.deploy({ stackName: `${NAME}-baseline`, context, tags }, session.signal);
		await delay(50);
	};
	const { session, host } = account.connect({ answers: yes, before: change });
	expect((await ending(deploy(session, await asked()))).code).toBeNull();
	expect(host.text()).toContain('Waiting for the baseline stack');
	await update;
});

test('a deploy that slept after its checks looks again before it moves visitors', async () => {
	let sick = '';
	const program = serverProgram(async ({ env }) =>
		createServer((request, response) => {
			const id = env.PULSE_AWS_DEPLOYMENT_ID ?? '';
			response.statusCode = id === sick ? 500 : 200;
			response.end(request.url?.startsWith('/_pulse/meta') ? JSON.stringify({ deployment_id: id }) : id);
		}),
	);
	account = await openAccount({ program });
	await deployed();
	const records = await probed();
	const start = records.find(({ call }) => call === 'ecs.createService')?.index ?? 0;
	const locking = records.find(({ index, input }) => index > start && JSON.stringify(input).includes('deploy-lock'));
	const before = (await told()).active;
	const until = async () => {
		sick = (await told()).deployments.find(({ state }) => state === 'deploying')?.deployment_id ?? '';
		await account.world.clock.sleep(1_800_000);
	};
	const { session } = account.connect({ answers: yes, suspend: { index: locking?.index ?? 0, when: 'before', until } });
	expect((await ending(deploy(session, await asked()))).code).toBe('timeout');
	expect((await told()).active).toBe(before);
});

test('an image that fails ends a deploy that asks about its certificate, which nobody answers', async () => {
	account = await openAccount();
	await deployed();
	const { session } = account.connect({ answers: [true] });
	const { clock } = account.world;
	const host = { ...session.host, choose: () => new Promise<never>(() => {}) };
	const build: Session['images']['build'] = async (_request, signal) => {
		await clock.sleep(20_000, signal);
		throw new Error('no such stage');
	};
	const began = clock.now();
	const failing = deploy(
		{ ...session, host, images: { ...session.images, build } },
		await asked({ domain: 'a.example' }),
	);
	await expect(failing).rejects.toThrow('no such stage');
	expect(clock.now() - began).toBeLessThan(60_000);
});

test('a rollback passes a deploy that asks about its domain', async () => {
	account = await openAccount();
	const one = await deployed();
	const { session } = account.connect({ answers: yes });
	const { clock } = account.world;
	let asking = false;
	const choose = async () => {
		asking = true;
		await clock.sleep(300_000);
		return 'skip' as never;
	};
	const lookAtDomain: Session['lookAtDomain'] = async (query, signal) => ({
		...(await session.lookAtDomain(query, signal)),
		aliases: [],
	});
	const live = deploy({ ...session, host: { ...session.host, choose }, lookAtDomain }, await asked());
	while (!asking) await clock.sleep(500);
	const began = clock.now();
	await rollback(account.connect({ answers: yes }).session, back);
	expect(clock.now() - began).toBeLessThan(5_000);
	expect((await told()).active).toBe(one);
	expect((await live).result?.domain_ready).toBe('False');
});

test('visitors are served with the certificate of the deploy that they are sent to, not of one that failed beside it', async () => {
	account = await openAccount();
	await deployed();
	account.world.certificates.add(['new.example.net']);
	const { aws } = account.world;
	const certificate = async () => {
		const { Stacks } = await aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
		const output = Stacks?.[0]?.Outputs?.find((one) => one.OutputKey === 'ListenerArn');
		const { Certificates } = await aws.elb.describeListenerCertificates({ ListenerArn: output?.OutputValue ?? '' });
		return Certificates?.find((one) => one.IsDefault)?.CertificateArn;
	};
	const before = await certificate();
	const first: Connected = account.connect({ answers: yes });
	const push: Session['images']['push'] = async (request, signal) => {
		await first.session.clock.sleep(600_000, signal);
		return first.session.images.push(request, signal);
	};
	const images = { ...first.session.images, push };
	const ended = ending(deploy({ ...first.session, images }, await asked()));
	while (first.trace.count('elb.createTargetGroup') === 0) await account.world.clock.sleep(500);
	account.broken = 'exits';
	const other = account.connect({ answers: yes });
	expect((await ending(deploy(other.session, await asked({ domain: 'new.example.net' })))).code).toBe('unhealthy');
	account.broken = null;
	expect((await ended).code).toBeNull();
	expect(await certificate()).toBe(before);
});

test('a rollback that slept over the answer whether its target still stands sends nobody there', async () => {
	account = await openAccount();
	await deployed({ rollbackWindow: '0' });
	await deployed({ rollbackWindow: '0' });
	const before = (await told()).active;
	const probe = account.connect({ answers: yes });
	await rollback(probe.session, back);
	await rollback(account.connect({ answers: yes }).session, back);
	const { records } = probe.trace;
	const moved = records.find(({ call }) => call === 'elb.modifyListener')?.index ?? 0;
	const looked = records.findLast(({ call, index }) => call === 'ecs.describeServices' && index < moved)?.index ?? 0;
	const until = async () => {
		await account.world.clock.sleep(600_000);
		expect(await passOf(account)).toMatchObject({ drained: 1 });
	};
	const sleeper = account.connect({ answers: yes, suspend: { index: looked, when: 'after', until } });
	expect((await ending(rollback(sleeper.session, back))).code).toBe('deployment-retired');
	expect(sleeper.trace.records.map(({ call }) => call)).not.toContain('elb.modifyListener');
	expect((await told()).active).toBe(before);
});
