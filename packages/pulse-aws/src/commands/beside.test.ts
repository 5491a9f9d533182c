import { afterEach, expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { lockParameter } from '../deployments/names.ts';
import { ownerParameter } from '../protocol.ts';
import { deploy } from './deploy.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, type Connected, NAME, openAccount } from './testing/account.ts';

/** The deploy lock guards the cut-over, a lease what a deploy makes (contract, decision 23). */

let account: Account;
afterEach(() => account.close());

const back = { deploymentName: NAME, deploymentId: null, dryRun: false };
const all = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
const yes = Array<boolean>(10).fill(true);
const BUILD_MS = 600_000;

async function deployed(flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const { result } = await deploy(account.connect({ answers: yes }).session, await asked(flags));
	return result?.deployment_id ?? '';
}

/** A session whose image takes ten minutes to build. */
function slow({ session }: Connected, ms = BUILD_MS): Session {
	const push: Session['images']['push'] = async (request, signal) => {
		await session.clock.sleep(ms, signal);
		return session.images.push(request, signal);
	};
	return { ...session, images: { ...session.images, push } };
}

/** Starts a deploy that builds, and resolves once it does. */
async function building(flags: Readonly<Record<string, unknown>> = {}, ms = BUILD_MS) {
	const connected = account.connect({ answers: yes });
	const ended = deploy(slow(connected, ms), await asked(flags)).then(
		({ result }) => ({ id: result?.deployment_id ?? '', code: null }),
		(error: { code?: string; message: string }) => ({ id: '', code: error.code, message: error.message }),
	);
	while (!connected.trace.records.some(({ call, outcome }) => call === 'elb.createTargetGroup' && outcome === 'ok'))
		await account.world.clock.sleep(500);
	return { ended, host: connected.host };
}

/** AWS far away: each call takes that long, in the time of the world. */
function slowly(aws: Session['aws'], ms: number): Session['aws'] {
	const slow =
		(call: (...input: never[]) => unknown) =>
		async (...input: never[]) => {
			await account.world.clock.sleep(ms);
			return call(...input);
		};
	const named: [string, Record<string, (...input: never[]) => unknown>][] = Object.entries(aws);
	const clients = named.map(([name, client]) => [
		name,
		Object.fromEntries(Object.entries(client).map(([call, work]) => [call, slow(work)])),
	]);
	return Object.fromEntries(clients);
}

const told = () => status(account.connect().session, NAME);
const states = async () => Object.fromEntries((await told()).deployments.map((one) => [one.deployment_id, one.state]));

test('a rollback passes a deploy that builds, which then plans its cut-over anew and says so', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed();
	const { ended, host } = await building();
	expect(account.world.parameters.get(lockParameter(NAME))?.value).toMatch(/^free/);
	const { clock } = account.world;
	const { session, trace } = account.connect({ answers: yes });
	const began = clock.now();
	const { result } = await rollback(session, back);
	expect(result?.deployment_id).toBe(one);
	// What its own questions to the load balancer take, and nothing of the ten minutes.
	expect(clock.now() - began).toBeLessThan(5_000);
	expect(trace.count('ssm.putParameter')).toBeGreaterThan(0);
	expect((await told()).active).toBe(one);
	const three = await ended;
	expect(three.code).toBeNull();
	expect(host.text()).toContain(`Active by now: ${one} (${two} when this deploy began). Planned anew.`);
	expect(await states()).toEqual({ [one]: 'draining', [two]: 'draining', [three.id]: 'active' });
});

test('a rollback during a build takes two seconds where each call of AWS takes 150 ms, waits included', async () => {
	account = await openAccount();
	const one = await deployed();
	await deployed();
	const { ended } = await building();
	const { clock } = account.world;
	const { session } = account.connect({ answers: yes });
	const began = clock.now();
	const { result } = await rollback({ ...session, aws: slowly(session.aws, 150) }, back);
	expect(result?.deployment_id).toBe(one);
	expect(clock.now() - began).toBeLessThanOrEqual(2_000);
	expect((await ended).code).toBeNull();
});

test('of two deploys that build at once the one that was started later wins, and the other says who went first', async () => {
	account = await openAccount();
	const one = await deployed();
	const first = await building();
	const second = await deployed();
	expect((await told()).active).toBe(second);
	expect(await first.ended).toMatchObject({
		code: 'overtaken',
		message: expect.stringMatching(new RegExp(`^${second}, which was started after shop-\\S+, went first$`)),
	});
	expect(first.host.text()).toContain('nothing has changed for visitors');
	expect(await states()).toEqual({ [one]: 'draining', [second]: 'active' });
	expect((await told()).remnants).toEqual([]);
});

test('with --over-later the earlier one goes before it all the same, and the later one may be finished first', async () => {
	account = await openAccount();
	const one = await deployed();
	const first = await building({ overLater: true });
	const second = await deployed();
	const { id } = await first.ended;
	expect(await states()).toEqual({ [one]: 'draining', [second]: 'draining', [id]: 'active' });
});

test('an earlier deploy that ends first goes active, and the later one goes after it', async () => {
	account = await openAccount();
	const one = await deployed();
	const first = await building({}, 120_000);
	const second = await building();
	const { id } = await first.ended;
	expect((await told()).active).toBe(id);
	const { id: later, code } = await second.ended;
	expect(code).toBeNull();
	expect(await states()).toEqual({ [one]: 'draining', [id]: 'draining', [later]: 'active' });
});

test('a deploy cleans up after one that was killed, once its lease does not change, and leaves one alone that lives', async () => {
	account = await openAccount();
	await deployed();
	const alive = await building();
	const starting = async () =>
		(await told()).deployments.filter(({ state }) => state === 'deploying').map((one) => one.deployment_id);
	const faults = [{ call: 'ecs.createService' as const, nth: 1, kind: 'kill-after' as const }];
	const dead = account.connect({ answers: yes, faults });
	void deploy(dead.session, await asked());
	await dead.killed;
	const [killed = ''] = await starting();
	const { clock, parameters } = account.world;
	const began = clock.now();
	const { plan } = await deploy(account.connect({ answers: yes }).session, await asked());
	expect(plan.steps.flatMap((step) => (step.kind === 'remove-leftovers' ? step.ids : []))).toEqual([killed]);
	expect(clock.now() - began).toBeLessThan(BUILD_MS);
	expect(await starting()).toEqual([]);
	expect(parameters.has(ownerParameter(NAME, killed))).toBe(false);
	expect((await alive.ended).code).toBe('overtaken');
});

test('a deploy that slept until another one has cleaned up after it ends and touches nothing', async () => {
	account = await openAccount();
	const one = await deployed();
	let theirs = '';
	const probe = account.connect({ answers: yes });
	await deploy(probe.session, await asked());
	const at = probe.trace.records.find(({ call }) => call === 'ecr.getAuthorizationToken')?.index ?? 0;
	const until = async () => {
		await account.world.clock.sleep(90_000);
		theirs = await deployed();
	};
	const { session, trace } = account.connect({ answers: yes, suspend: { index: at, when: 'before', until } });
	const failure = await deploy(session, await asked()).catch(
		(error: Error & { code?: string; detail?: string }) => error,
	);
	expect(failure).toMatchObject({ code: 'lock-lost', detail: expect.stringContaining('another command may use it') });
	const asleep = trace.records.findIndex(({ index }) => index === at);
	const after = trace.records.slice(asleep + 1).map(({ call }) => call);
	expect(after.filter((call) => /\.(delete|create|modify|update)/.test(call))).toEqual([]);
	expect((await told()).active).toBe(theirs);
	expect(await states()).toMatchObject({ [one]: 'draining', [theirs]: 'active' });
	expect((await told()).remnants).toEqual([]);
});

test('a teardown leaves a deployment alone that is being made, naming who makes it, and takes what was killed', async () => {
	account = await openAccount();
	await deployed();
	const { ended } = await building();
	await expect(teardown(account.connect({ answers: yes }).session, all)).rejects.toMatchObject({
		code: 'deploying',
		message: expect.stringMatching(/^shop-\S+ is being deployed by a test: pulse-aws deploy\.$/),
	});
	expect((await ended).code).toBeNull();
	const faults = [{ call: 'ecs.createService' as const, nth: 1, kind: 'kill-after' as const }];
	const dead = account.connect({ answers: yes, faults });
	void deploy(dead.session, await asked());
	await dead.killed;
	const { result } = await teardown(account.connect({ answers: yes }).session, all);
	expect(result.status).toBe('deleted');
	expect([...account.world.parameters.keys()]).toEqual([]);
});

test('the reaper leaves alone what a deploy has made, however long its image takes', async () => {
	account = await openAccount();
	await deployed();
	const { ended } = await building({}, 3 * 3_600_000);
	await account.world.clock.sleep(2 * 3_600_000);
	const limits = { deploymentName: NAME, maxAgeHours: 1, deploymentTimeoutHours: 1, dryRun: false };
	const { actions } = await reap(account.connect({ answers: yes }).session, limits);
	expect(actions.filter(({ action }) => action.kind === 'delete-orphans')).toEqual([]);
	expect((await ended).code).toBeNull();
});

test('a dry run tells what was killed from what is being made', async () => {
	account = await openAccount();
	await deployed();
	const { ended } = await building();
	const { plan } = await deploy(account.connect().session, await asked(), { dryRun: true });
	expect(plan.steps.map(({ kind }) => kind)).not.toContain('remove-leftovers');
	await ended;
});

test('a deploy whose undo fails renews its lease no more, so that the next one cleans up at once', async () => {
	account = await openAccount();
	await deployed();
	account.broken = 'answers-500';
	const faults = [{ call: 'ecs.deleteService' as const, nth: 1, times: 9, kind: 'access-denied' as const }];
	const { session } = account.connect({ answers: yes, faults });
	await expect(deploy(session, await asked())).rejects.toMatchObject({ detail: expect.stringContaining('Not undone') });
	account.broken = null;
	const owners = [...account.world.parameters].filter(([name]) => name.endsWith('/owner'));
	for (const [, { value }] of owners) expect(value).toMatch(/^free/);
	const began = account.world.clock.now();
	const { plan } = await deploy(account.connect({ answers: yes }).session, await asked(), { dryRun: true });
	expect(plan.steps.map(({ kind }) => kind)).toContain('remove-leftovers');
	expect(account.world.clock.now()).toBe(began);
});

test('an image that takes longer than a changed baseline is built on without the lock, and one that fails ends the deploy', async () => {
	account = await openAccount();
	await deployed();
	const { world } = account;
	const lock = () => world.parameters.get(lockParameter(NAME))?.value;
	const change = async (minutes: string, build: Session['images']['build']) => {
		const { session } = account.connect({ answers: yes });
		const images = { ...session.images, build };
		return deploy({ ...session, images }, await asked({ reaperScheduleMinutes: minutes }));
	};
	let during: string | undefined = '';
	const { result } = await change('5', async (_request, signal) => {
		await world.clock.sleep(3_600_000, signal);
		during = lock();
	});
	expect(result?.deployment_id).toBe((await told()).active);
	expect(during).toMatch(/^free/);
	await expect(change('7', () => Promise.reject(new Error('no such stage')))).rejects.toThrow('no such stage');
	expect(lock()).toMatch(/^free/);
	expect((await told()).deployments.filter(({ state }) => state === 'deploying')).toEqual([]);
});

test('a rollback passes a deploy that waits for the certificate of a new domain, which then is planned anew', async () => {
	account = await openAccount();
	const one = await deployed();
	await deployed();
	account.world.zones.add('example.org');
	const { session, trace } = account.connect({ answers: yes });
	const lookAtDomain: typeof session.lookAtDomain = async (query, signal) => ({
		...(await session.lookAtDomain(query, signal)),
		aliases: [query.loadBalancer],
	});
	const moving = deploy({ ...session, lookAtDomain }, await asked({ domain: 'new.example.org', route53: true }));
	while (trace.count('route53.changeResourceRecordSets') === 0) await account.world.clock.sleep(500);
	expect(account.world.parameters.get(lockParameter(NAME))?.value).toMatch(/^free/);
	expect((await rollback(account.connect({ answers: yes }).session, back)).result?.deployment_id).toBe(one);
	expect((await told()).active).toBe(one);
	const { result } = await moving;
	expect((await told()).active).toBe(result?.deployment_id);
	expect(trace.count('acm.requestCertificate')).toBe(1);
});

test('a deploy that fails after the certificate of the load balancer has changed says so, and how to go back', async () => {
	account = await openAccount();
	await deployed();
	const before = [...account.world.certificates.all.keys()][0];
	const certificateArn = account.world.certificates.add(['new.example.org']);
	account.broken = 'answers-500';
	const { session, host } = account.connect({ answers: yes });
	await expect(deploy(session, await asked({ domain: 'new.example.org', certificateArn }))).rejects.toThrow();
	account.broken = null;
	expect(host.text()).not.toContain('nothing has changed for visitors');
	expect(host.text()).toMatch(/; visitors stay where they are, with the new certificate/);
	expect(host.text()).toContain(`Deploy with --certificate-arn ${before} to go back.`);
});

/** Starts a deploy to a new domain, and resolves once it waits for the certificate. */
async function certifying(flags: Readonly<Record<string, unknown>> = {}, answers = yes) {
	const zone = account.world.zones.add('example.org');
	const { session, trace, host } = account.connect({ answers });
	const lookAtDomain: typeof session.lookAtDomain = async (query, signal) => ({
		...(await session.lookAtDomain(query, signal)),
		aliases: zone.records.get(`${query.domain}. A`)?.AliasTarget === undefined ? [] : [query.loadBalancer],
	});
	const { acm } = session.aws;
	let isHeld = true;
	const describeCertificate: typeof acm.describeCertificate = async (input) => {
		const { Certificate, ...rest } = await acm.describeCertificate(input);
		return { ...rest, Certificate: isHeld ? { ...Certificate, Status: 'PENDING_VALIDATION' } : Certificate };
	};
	const aws = { ...session.aws, acm: { ...acm, describeCertificate } };
	const request = await asked({ domain: 'new.example.org', route53: true, ...flags });
	const ended = deploy({ ...session, aws, lookAtDomain }, request).then(
		({ result }) => ({ id: result?.deployment_id ?? '', code: null }),
		(error: { code?: string; message: string }) => ({ id: '', code: error.code, message: error.message }),
	);
	while (trace.count('route53.changeResourceRecordSets') === 0) await account.world.clock.sleep(500);
	const issued = () => {
		isHeld = false;
		return ended;
	};
	return { issued, host, zone };
}

test('a deploy that was started later and went first while this one waited for its certificate is not gone over, and keeps its own', async () => {
	account = await openAccount();
	await deployed();
	const served = async () => {
		const { elb } = account.world.aws;
		const [balancer] = (await elb.describeLoadBalancers({})).LoadBalancers ?? [];
		const { Listeners = [] } = await elb.describeListeners({ LoadBalancerArn: balancer?.LoadBalancerArn });
		return Listeners.flatMap((one) => one.Certificates ?? []);
	};
	const before = await served();
	const first = await certifying();
	const hotfix = await deployed();
	expect(await first.issued()).toMatchObject({ code: 'overtaken' });
	expect((await told()).active).toBe(hotfix);
	expect(await served()).toEqual(before);
	const over = await certifying({ domain: 'newer.example.org', overLater: true });
	await deployed();
	expect((await told()).active).not.toBe(hotfix);
	expect((await over.issued()).id).toBe((await told()).active);
});

test('what was agreed to before a certificate was waited for is not asked about again', async () => {
	account = await openAccount();
	await deployed({ allowedCidr: ['203.0.113.0/24'] });
	const { issued, host } = await certifying({ allowedCidr: ['0.0.0.0/0'] });
	expect((await issued()).code).toBeNull();
	expect(host.questions.filter(({ text }) => /so far/.test(text))).toHaveLength(1);
});

test('a record of the domain that was changed while a certificate was waited for is replaced by nobody', async () => {
	account = await openAccount();
	await deployed();
	const { issued, host, zone } = await certifying();
	const theirs = { Name: 'new.example.org.', Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.7' }] };
	zone.records.set('new.example.org. A', theirs);
	await issued();
	expect(host.text()).toContain('Route 53 was changed since the plan');
	expect(zone.records.get('new.example.org. A')).toEqual(theirs);
});

test('what a teardown took while a certificate was waited for is not made again', async () => {
	account = await openAccount();
	await deployed();
	const { issued } = await certifying();
	expect((await teardown(account.connect({ answers: yes }).session, all)).result.status).toBe('deleted');
	expect((await issued()).code).toBe('baseline-missing');
	await expect(told()).rejects.toMatchObject({ code: 'baseline-missing' });
});

test('a deploy that fails in its cut-over knows that it has changed the certificate of the load balancer before', async () => {
	account = await openAccount();
	await deployed();
	const certificateArn = account.world.certificates.add(['new.example.org']);
	const faults = [{ call: 'elb.modifyListener' as const, nth: 3, times: 9, kind: 'access-denied' as const }];
	const { session, host } = account.connect({ answers: yes, faults });
	await expect(deploy(session, await asked({ domain: 'new.example.org', certificateArn }))).rejects.toThrow();
	expect(host.text()).toMatch(/; visitors stay where they are, with the new certificate/);
});
