import { afterEach, expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { ownerParameter, supersededParameter } from '../protocol.ts';
import { deploy } from './deploy.ts';
import { reap } from './reap.ts';
import { status } from './status.ts';
import { type Account, asked, type Connected, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

type Flags = Readonly<Record<string, unknown>>;

const yes = Array<boolean>(10).fill(true);
const BUILD_MS = 600_000;
const told = () => status(account.connect().session, NAME);
const states = async () => Object.fromEntries((await told()).deployments.map((one) => [one.deployment_id, one.state]));
const left = (id: string) =>
	[...account.world.parameters.keys()].filter((name) => name.startsWith(`/apps/${NAME}/${id}/`));

async function deployed(flags: Flags = {}, connected = account.connect({ answers: yes })) {
	const { result, plan } = await deploy(connected.session, await asked(flags));
	return { id: result?.deployment_id ?? '', plan, notes: plan.facts.join('\n') };
}

/** A session whose image takes ten minutes to build. */
function slow({ session }: Connected): Session {
	const push: Session['images']['push'] = async (request, signal) => {
		await session.clock.sleep(BUILD_MS, signal);
		return session.images.push(request, signal);
	};
	return { ...session, images: { ...session.images, push } };
}

/** Starts a deploy that builds, and resolves once it does. */
async function building(flags: Flags = {}, connected = account.connect({ answers: yes })) {
	const before = [...account.world.parameters.keys()];
	const ended = deploy(slow(connected), await asked(flags)).then(
		({ result }) => ({ id: result?.deployment_id ?? '', code: null, message: '' }),
		({ code, message }: { code?: string; message: string }) => ({ id: '', code, message }),
	);
	while (!connected.trace.records.some(({ call, outcome }) => call === 'elb.createTargetGroup' && outcome === 'ok'))
		await account.world.clock.sleep(500);
	const owner = [...account.world.parameters.keys()].find((name) => name.endsWith('/owner') && !before.includes(name));
	return { ended, id: owner?.split('/')[3] ?? '', host: connected.host };
}

test('a later deploy with --supersede stops an earlier one within seconds, which leaves nothing (A8.8)', async () => {
	account = await openAccount();
	const one = await deployed();
	const early = await building();
	const { clock, parameters } = account.world;
	const until = async (isSo: () => boolean) => {
		while (!isSo()) await clock.sleep(250);
		return clock.now();
	};
	const heard = until(() => parameters.has(supersededParameter(NAME, early.id))).then(
		async (at) => (await until(() => early.host.text().includes('Undoing what this run created'))) - at,
	);
	const late = await deployed({ supersede: true });
	const ended = await early.ended;
	expect(ended).toMatchObject({
		code: 'superseded',
		message: `${late.id}, which was started after ${early.id}, takes its place`,
	});
	expect(await heard).toBeLessThan(11_000);
	expect(late.notes).toContain(`Stops ${early.id}, which is still being made`);
	expect(early.host.text()).toContain(`Removed what was made of ${early.id}; nothing has changed for visitors`);
	expect(left(early.id)).toEqual([]);
	expect(await states()).toEqual({ [one.id]: 'draining', [late.id]: 'active' });
	expect((await told()).remnants).toEqual([]);
});

test('one with --over-later is named, and goes before the one that would stop it (A8.8)', async () => {
	account = await openAccount();
	await deployed();
	const insists = await building({ overLater: true });
	const { notes } = await deployed({ supersede: true });
	expect(notes).toContain(`Not stopped: ${insists.id}`);
	const { code, id } = await insists.ended;
	expect(code).toBeNull();
	expect((await told()).active).toBe(id);
});

test('previews are stopped by later ones of their name alone, and stop nothing else (A8.8)', async () => {
	account = await openAccount();
	await deployed();
	const [one, two, plain] = [
		await building({ preview: 'pr-1' }),
		await building({ preview: 'pr-2' }),
		await building(),
	];
	const { id } = await deployed({ preview: 'pr-1', supersede: true });
	expect(await one.ended).toMatchObject({ code: 'superseded', message: expect.stringContaining(id) });
	const late = await deployed({ supersede: true });
	expect(await plain.ended).toMatchObject({ code: 'superseded', message: expect.stringContaining(late.id) });
	expect((await two.ended).code).toBeNull();
});

test('what a killed one left is cleaned up as what any killed deploy left (A8.8)', async () => {
	account = await openAccount();
	await deployed();
	const faults = [{ call: 'ecs.createService' as const, nth: 1, kind: 'kill-after' as const }];
	const dead = account.connect({ answers: yes, faults });
	void deploy(dead.session, await asked());
	await dead.killed;
	const owner = [...account.world.parameters.keys()].filter((name) => name.endsWith('/owner')).at(-1) ?? '';
	const killed = owner.split('/')[3] ?? '';
	const { plan } = await deployed({ supersede: true });
	expect(plan.steps.flatMap((step) => (step.kind === 'remove-leftovers' ? step.ids : []))).toEqual([killed]);
	expect(left(killed)).toEqual([]);
});

test.each(['before', 'after'] as const)(
	'a word whose write fails %s it is carried out is no reason to harm (A8.8)',
	async (when) => {
		account = await openAccount();
		const one = await deployed();
		const early = await building();
		const isWord = (name: string | undefined) => name?.endsWith('/superseded') === true;
		const connected = account.connect({ answers: yes });
		const { ssm } = connected.session.aws;
		let broken = 0;
		const putParameter: typeof ssm.putParameter = async (input, ...more) => {
			if (!isWord(input.Name) || broken++ > 0) return ssm.putParameter(input, ...more);
			if (when === 'after') await ssm.putParameter(input, ...more);
			throw Object.assign(new Error('connection lost'), { name: 'TimeoutError' });
		};
		const session = { ...connected.session, aws: { ...connected.session.aws, ssm: { ...ssm, putParameter } } };
		await expect(deployed({ supersede: true }, { ...connected, session })).rejects.toThrow('connection lost');
		// Undone, so the earlier one goes on where it heard nothing.
		const { code, id } = await early.ended;
		expect(code).toBe(when === 'after' ? 'superseded' : null);
		expect((await told()).active).toBe(when === 'after' ? one.id : id);
		expect((await told()).remnants).toEqual([]);
	},
);

test('a word that came too late is taken back (A8.8)', async () => {
	account = await openAccount();
	await deployed();
	const early = await building();
	const name = supersededParameter(NAME, early.id);
	const connected = account.connect({ answers: yes });
	const { ssm } = connected.session.aws;
	// It ends by itself between the two looks.
	const putParameter: typeof ssm.putParameter = async (input, ...more) => {
		const answer = await ssm.putParameter(input, ...more);
		if (input.Name === name) await ssm.deleteParameters({ Names: [ownerParameter(NAME, early.id)] });
		return answer;
	};
	const session = { ...connected.session, aws: { ...connected.session.aws, ssm: { ...ssm, putParameter } } };
	await deployed({ supersede: true }, { ...connected, session });
	expect(account.world.parameters.has(name)).toBe(false);
	expect((await early.ended).code).toBe('lock-lost');
});

test('the reaper sweeps the word to a deploy that is gone, and leaves one alone that is still being made (A8.8)', async () => {
	account = await openAccount();
	await deployed();
	const making = await building({ overLater: true });
	const words = [making.id, 'shop-gone'].map((id) => supersededParameter(NAME, id));
	const { session } = account.connect({ answers: yes });
	for (const Name of words) await session.aws.ssm.putParameter({ Name, Value: 'later', Type: 'String' });
	await account.world.clock.sleep(200_000);
	await reap(session, { deploymentName: NAME, maxAgeHours: 0.02, deploymentTimeoutHours: 0.02, dryRun: false });
	expect(words.map((word) => account.world.parameters.has(word))).toEqual([true, false]);
	expect((await making.ended).code).toBeNull();
});
