import { setTimeout as delay } from 'node:timers/promises';
import type { Suspension } from 'aws-world/calls/connect';
import type { CallRecord } from 'aws-world/calls/trace';
import { expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { appLogGroup } from '../deployments/names.ts';
import { deploy } from './deploy.ts';
import { ensure } from './ensure.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { rollbackRedeploy } from './rollback-redeploy.ts';
import { status } from './status.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

/** Longer than the deploy lock lives without being renewed. */
const NAP_MS = 90_000;
/** All cases take minutes: `npm run suspended`. */
const STRIDE = process.env.PULSE_SUSPENDED === 'all' ? 1 : 5;
const yes = Array<boolean>(30).fill(true);
const limits = { deploymentName: NAME, maxAgeHours: 0.02, deploymentTimeoutHours: 1, dryRun: false };
const all = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
const back = { deploymentName: NAME, deploymentId: null, dryRun: false };

const once = async (account: Account) => void (await deploy(account.connect({ answers: yes }).session, await asked()));
const twice = async (account: Account) => {
	await once(account);
	await once(account);
};
const drained = async (account: Account) => {
	await twice(account);
	await account.world.clock.sleep(120_000);
};

async function reaped(account: Account, policy: typeof limits): Promise<null> {
	const { session } = account.connect({ answers: yes });
	for (let pass = 0; pass < 3; pass++) {
		await reap(session, policy);
		await account.world.clock.sleep(60_000);
	}
	return null;
}

type Position = Pick<CallRecord, 'call' | 'index'> & Pick<Suspension, 'when'>;

interface Verb {
	prepare(account: Account): Promise<void>;
	run(session: Session): Promise<unknown>;
	readonly rivals: readonly (keyof typeof RIVALS)[];
	/** All that stands when it asks; what came before its first write was agreed to. */
	readonly destroys?: true;
	/** In the short run a fifth as many cases: it shares most of its steps with another verb. */
	readonly sparse?: true;
}

/** Each resolves to the deployment that must serve visitors afterwards; `null` where it changes none. */
const RIVALS = {
	'no rival': async () => null,
	deploy: async (account: Account) =>
		(await deploy(account.connect({ answers: yes }).session, await asked())).result?.deployment_id ?? null,
	rollback: async (account: Account) =>
		(await rollback(account.connect({ answers: yes }).session, back)).result?.deployment_id ?? null,
	reap: (account: Account) => reaped(account, limits),
} as const satisfies Record<string, (account: Account) => Promise<string | null>>;

const VERBS: Readonly<Record<string, Verb>> = {
	'the first deploy': {
		prepare: async () => {},
		run: async (session) => deploy(session, await asked()),
		rivals: ['no rival', 'deploy'],
	},
	deploy: {
		prepare: drained,
		run: async (session) => deploy(session, await asked()),
		rivals: ['no rival', 'deploy', 'rollback', 'reap'],
	},
	'a deploy that updates the baseline': {
		prepare: drained,
		run: async (session) => deploy(session, await asked({ reaperScheduleMinutes: '5' })),
		rivals: ['no rival', 'deploy', 'rollback'],
	},
	'an update of the baseline by ensure': {
		sparse: true,
		prepare: drained,
		run: async (session) => ensure(session, await asked({ reaperScheduleMinutes: '5' })),
		rivals: ['no rival', 'deploy', 'rollback'],
	},
	rollback: { prepare: drained, run: (session) => rollback(session, back), rivals: ['no rival', 'deploy', 'reap'] },
	'rollback --redeploy': {
		async prepare(account) {
			await drained(account);
			await reaped(account, limits);
		},
		run: (session) => rollbackRedeploy(session, back),
		rivals: ['no rival', 'deploy', 'reap'],
	},
	reap: { prepare: drained, run: (session) => reap(session, limits), rivals: ['no rival', 'deploy', 'rollback'] },
	teardown: { prepare: once, run: (session) => teardown(session, all), rivals: ['deploy'], destroys: true },
};

async function answer(account: Account, id?: string): Promise<string> {
	const response = await fetch(`${await account.origin()}/${id === undefined ? '' : `?pulse_deployment=${id}`}`);
	return response.status === 200 ? response.text() : `status ${response.status}`;
}

/** Positions of the calls of a run that goes well, each repeated one twice: before and after the first. */
async function positions(verb: Verb): Promise<Position[]> {
	const account = await openAccount();
	try {
		await verb.prepare(account);
		const { session, trace } = account.connect({ answers: yes });
		await verb.run(session);
		const seen = new Map<string, number>();
		let agreed = false;
		const found: Position[] = [];
		for (const { call, input, index } of trace.records) {
			const key = `${call} ${JSON.stringify(input)}`;
			const times = (seen.get(key) ?? 0) + 1;
			seen.set(key, times);
			const reads = /\.(describe|list|get)/.test(call);
			agreed ||= !reads;
			if (times > 2 || (verb.destroys === true && !agreed)) continue;
			found.push({ call, index, when: 'before' });
			// Sleeping after a read is sleeping before the next call.
			if (!reads) found.push({ call, index, when: 'after' }, { call, index, when: 'lost' });
		}
		return found;
	} finally {
		await account.close();
	}
}

async function one(verb: Verb, rival: keyof typeof RIVALS, at: Position) {
	const account = await openAccount();
	const problems: string[] = [];
	const { call } = at;
	try {
		await verb.prepare(account);
		let theirs: string | null = null;
		let awake = false;
		const until = async () => {
			await account.world.clock.sleep(NAP_MS);
			theirs = await RIVALS[rival](account).catch((error) => {
				// A rollback has nowhere to go where the reaper ends that deployment already.
				// Nor does it go anywhere while CloudFormation changes the listener.
				if (!/nothing-to-roll-back-to|deployment-retired|baseline-busy/.test(error.code))
					problems.push(`rival: ${error.message}`);
				return null;
			});
			// Its clock is looked at in real time.
			if (at.when === 'lost') await delay(150);
			awake = true;
		};
		const after = async (record: CallRecord) => {
			// No call of AWS changes a listener on a condition: one that was on its way is put right by the calls after it.
			if (!awake || record.index === at.index || theirs === null || call === 'elb.modifyListener') return;
			const got = await answer(account);
			if (got.startsWith('status')) problems.push(`${got} after ${record.call}`);
		};
		const { session, host } = account.connect({ answers: yes, suspend: { ...at, until }, after });
		const ended = await verb.run(session).then(
			() => 'done',
			(error) => error.code ?? error.message,
		);
		const serving = async (when: string) => {
			const told = await status(account.connect().session, NAME).catch(() => null);
			if (told === null) return;
			const got = await answer(account);
			if (got !== told.active && theirs !== null) problems.push(`${when}: ${got} answers, ${told.active} is active`);
			if (theirs === null) return;
			if (ended !== 'done' && got !== theirs) problems.push(`${when}: ${got} answers, the rival's is ${theirs}`);
			if ((await answer(account, theirs)) !== theirs) problems.push(`${when}: the rival's ${theirs} is gone`);
			// No call of AWS deletes a log group on a condition: one that was on its way arrives.
			const arrives = at.when === 'before' && call === 'logs.deleteLogGroup';
			if (!arrives && !account.world.logs.has(appLogGroup(NAME))) problems.push(`${when}: the log group is gone`);
		};
		await serving('at the end');
		if (theirs !== null) account.sessions.set(theirs, 1);
		await reaped(account, { ...limits, maxAgeHours: 1 }).catch((error) => problems.push(`reaper: ${error.message}`));
		await serving('after the reaper');
		const tellings = host.messages.filter(({ level }) => level === 'warning').map(({ text }) => text);
		return problems.map((problem) => `${at.when} ${at.index} ${call}, ${rival}: ${problem} (${ended}; ${tellings})`);
	} finally {
		await account.close();
	}
}

test.each(Object.keys(VERBS))(
	'%s that sleeps in any of its calls for longer than its lock harms nothing that lives',
	{ timeout: process.env.PULSE_SUSPENDED === 'all' ? 3_600_000 : 900_000 },
	async (name) => {
		const verb = VERBS[name]!;
		const calls = await positions(verb);
		const every = verb.rivals.flatMap((rival) => calls.map((at) => ({ rival, at })));
		const stride = verb.sparse === true && STRIDE > 1 ? 5 * STRIDE : STRIDE;
		const work = every.filter((_, nth) => nth % stride === 0);
		const cases = work.length;
		const failures: string[] = [];
		const next = async () => {
			for (let item = work.shift(); item !== undefined; item = work.shift()) {
				const harmed = await one(verb, item.rival, item.at);
				for (const line of harmed) process.stdout.write(`${name}: ${line}\n`);
				failures.push(...harmed);
			}
		};
		await Promise.all(Array.from({ length: 8 }, next));
		process.stdout.write(`${name}, suspended: ${cases} cases, ${failures.length} harmed\n`);
		expect(failures).toEqual([]);
		expect(cases).toBeGreaterThan(50 / stride);
	},
);

test('a teardown that slept as it deleted a service does not delete it after a rollback has sent visitors to it', async () => {
	const verb = { ...VERBS.teardown!, prepare: drained };
	const calls = await positions(verb);
	const deletions = calls.filter(({ call, when }) => call === 'ecs.deleteService' && when === 'lost');
	expect(deletions).toHaveLength(2);
	for (const at of deletions) expect(await one(verb, 'rollback', at)).toEqual([]);
});
