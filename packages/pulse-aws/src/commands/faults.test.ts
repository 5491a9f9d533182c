import type { FaultKind } from 'aws-world/calls/fault';
import type { CallRecord } from 'aws-world/calls/trace';
import { expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { readDeployments } from '../platform/services.ts';
import { deploy } from './deploy.ts';
import { ensure } from './ensure.ts';
import { promote } from './promote.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { rollbackRedeploy } from './rollback-redeploy.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

const KINDS: readonly FaultKind[] = [
	'throttling',
	'access-denied',
	'service-error',
	'timeout',
	'lost-answer',
	'kill-before',
	'kill-after',
];

/** Each call meets two kinds of fault, in rotation; `npm run faults` lets each meet all of them. */
const ALL = process.env.PULSE_FAULTS === 'all';

function kindsOf(at: number): readonly FaultKind[] {
	return ALL ? KINDS : KINDS.filter((_, kind) => [0, 3].includes((kind + at) % KINDS.length));
}

interface Verb {
	/** Brings the account to where the verb starts. */
	prepare(account: Account): Promise<void>;
	run(session: Session): Promise<unknown>;
	/** Visitors must be answered all the while. */
	serves: boolean;
	/** How it is refused where it was carried out although it failed. */
	refused?: string;
	/** In the short run every fifth case: it shares most of its steps with another verb. */
	sparse?: true;
}

const twice = async (account: Account) => {
	await deploy(account.connect().session, await asked());
	await deploy(account.connect().session, await asked());
};
async function withCanary(account: Account): Promise<void> {
	await deploy(account.connect().session, await asked());
	await deploy(account.connect().session, await asked({ canary: '10%' }));
}
const yes = Array<boolean>(20).fill(true);
const force = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
const limits = { deploymentName: NAME, maxAgeHours: 0.02, deploymentTimeoutHours: 0.02, dryRun: false };

const VERBS: Readonly<Record<string, Verb>> = {
	'the first deploy': {
		prepare: async () => {},
		run: async (session) => deploy(session, await asked()),
		serves: false,
	},
	deploy: {
		prepare: async (account) => void (await deploy(account.connect().session, await asked())),
		run: async (session) => deploy(session, await asked()),
		serves: true,
	},
	'a deploy that updates the baseline': {
		prepare: async (account) => void (await deploy(account.connect().session, await asked())),
		run: async (session) => deploy(session, await asked({ reaperScheduleMinutes: '5' })),
		serves: true,
	},
	rollback: {
		prepare: twice,
		run: (session) => rollback(session, { deploymentName: NAME, deploymentId: null, dryRun: false }),
		serves: true,
		refused: 'nothing-to-roll-back-to',
	},
	'a deploy as a canary': {
		prepare: async (account) => void (await deploy(account.connect().session, await asked())),
		run: async (session) => deploy(session, await asked({ canary: '10%' })),
		serves: true,
	},
	'a promotion of a canary': {
		prepare: withCanary,
		async run(session) {
			const ids = (await readDeployments(session.aws, NAME, NAME)).map(({ id }) => id);
			const request = { deploymentName: NAME, deploymentId: ids.at(-1) ?? '', canary: undefined, dryRun: false };
			return promote(session, request);
		},
		serves: true,
	},
	'the end of a canary': {
		prepare: withCanary,
		run: (session) => rollback(session, { deploymentName: NAME, deploymentId: null, dryRun: false }),
		serves: true,
		refused: 'nothing-to-roll-back-to',
	},
	'rollback --redeploy': {
		async prepare(account) {
			await twice(account);
			for (let pass = 0; pass < 3; pass++) {
				await account.world.clock.sleep(90_000);
				await reap(account.connect({ answers: yes }).session, limits);
			}
		},
		run: (session) => rollbackRedeploy(session, { deploymentName: NAME, deploymentId: null, dryRun: false }),
		serves: true,
	},
	reap: {
		prepare: async (account) => {
			await twice(account);
			await account.world.clock.sleep(120_000);
		},
		run: (session) => reap(session, limits),
		serves: true,
	},
	'an update of the baseline by ensure': {
		sparse: true,
		prepare: async (account) => void (await deploy(account.connect().session, await asked())),
		run: async (session) => ensure(session, await asked({ reaperScheduleMinutes: '5' })),
		serves: true,
	},
	teardown: {
		prepare: async (account) => void (await deploy(account.connect().session, await asked())),
		run: (session) => teardown(session, force),
		serves: false,
	},
};

/** Whether new visitors are answered, asked around every call: programs, and visitors who may be drawn for a canary. */
async function served(account: Account): Promise<boolean> {
	const origin = await account.origin();
	const asked = [{}, { 'sec-fetch-dest': 'document' }].map((headers) => fetch(`${origin}/`, { headers }));
	return (await Promise.all(asked)).every(({ status }) => status === 200);
}

async function one(verb: Verb, nth: number, kind: FaultKind): Promise<string[]> {
	const account = await openAccount();
	try {
		await verb.prepare(account);
		const problems: string[] = [];
		const after = async ({ call }: CallRecord) => {
			if (verb.serves && !(await served(account))) problems.push(`visitors lost after ${call}`);
		};
		const { session, trace, killed } = account.connect({ answers: yes, faults: [{ call: '*', nth, kind }], after });
		await Promise.race([verb.run(session).catch(() => undefined), killed]);
		problems.push(...(await rerun(account, verb)));
		return problems.map((problem) => `${kind} of call ${nth} ${trace.records[nth - 1]?.call}: ${problem}`);
	} finally {
		await account.close();
	}
}

/** Positions of the calls of a run that goes well, each repeated one once. */
async function positions(verb: Verb): Promise<number[]> {
	const account = await openAccount();
	try {
		await verb.prepare(account);
		const { session, trace } = account.connect({ answers: yes });
		await verb.run(session);
		const first = new Map<string, number>();
		for (const { call, input, index } of trace.records) {
			const key = `${call} ${JSON.stringify(input)}`;
			if (!first.has(key)) first.set(key, index);
		}
		return [...first.values()];
	} finally {
		await account.close();
	}
}

/** Runs the verb again without a fault, and tells what it left. */
async function rerun(account: Account, verb: Verb): Promise<string[]> {
	const problems: string[] = [];
	const again = async (run: Verb['run']) => {
		try {
			await run(account.connect({ answers: yes }).session);
		} catch (error) {
			const { message, code } = error as Error & { code?: string };
			if (verb.refused === undefined || code !== verb.refused) problems.push(`rerun: ${message}`);
		}
	};
	await account.world.clock.sleep(1000);
	await again(verb.run);
	if (verb !== VERBS.teardown && !(await served(account))) problems.push('visitors lost after the rerun');
	const { world } = account;
	const services = await readDeployments(world.aws, NAME, NAME);
	const ids = new Set(services.map((service) => service.id));
	for (const name of world.parameters.keys()) {
		const id = name.split('/')[3] ?? '';
		// Of a canary the reaper sweeps what tasks have counted.
		if (name.startsWith('/apps/') && !ids.has(id) && id !== 'canary') problems.push(`parameter ${name} is left`);
	}
	if (world.elb.targetGroups.size !== services.length)
		problems.push(`${world.elb.targetGroups.size} target groups for ${services.length} services`);
	if (verb === VERBS.teardown && services.length > 0) problems.push('a service is left');
	const states = services.map((service) => service.state).sort();
	if (verb !== VERBS.teardown && states.filter((state) => state === 'active').length !== 1)
		problems.push(`states: ${states}`);
	if (states.filter((state) => state === 'canary').length > Number(verb === VERBS['a deploy as a canary']) * 2)
		problems.push('a canary is left');
	if (states.includes('deploying')) problems.push('a deployment is left starting');
	return problems;
}

test.each(Object.keys(VERBS))(
	'whichever call of %s fails, one rerun leaves nothing over and visitors are served',
	// Seconds on a machine of its own, many minutes on one that others use.
	{ timeout: ALL ? 3 * 3_600_000 : 900_000 },
	async (name) => {
		const verb = VERBS[name]!;
		const failures: string[] = [];
		const calls = await positions(verb);
		const first = Object.keys(VERBS).indexOf(name);
		const stride = verb.sparse === true && !ALL ? 5 : 1;
		const broken = calls
			.flatMap((nth, at) => kindsOf(first + at).map((kind) => ({ nth, kind })))
			.filter((_, at) => at % stride === 0);
		const left = [...broken];
		const lane = async () => {
			for (let next = left.shift(); next; next = left.shift()) failures.push(...(await one(verb, next.nth, next.kind)));
		};
		await Promise.all(KINDS.map(lane));
		process.stdout.write(`${name}: ${broken.length} cases\n`);
		expect(failures).toEqual([]);
		expect(calls.length).toBeGreaterThan(KINDS.length);
	},
);
