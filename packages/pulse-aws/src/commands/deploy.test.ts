import { afterEach, describe, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, type Connected, NAME, openAccount } from './testing/account.ts';
import { verify } from './verify.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

/** Deploys and returns the id. */
async function deployed(on: Account, flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const { result } = await deploy(on.connect().session, await asked(flags));
	return result?.deployment_id ?? '';
}

async function answer(on: Account, path = '/'): Promise<string> {
	const response = await fetch(`${await on.origin()}${path}`);
	return response.status === 200 ? response.text() : `status ${response.status}`;
}

/** Calls beyond polling. Renewing the deploy lock and the lease is polling too: each is taken and given back. */
function callsOf({ trace }: Connected): number {
	const [locks, leases] = ['/deploy-lock', '/owner'].map(
		(parameter) =>
			trace.records.filter(
				({ call, input }) => call === 'ssm.putParameter' && (input as { Name: string }).Name.endsWith(parameter),
			).length,
	);
	const calls = trace.summary().calls - Math.max(0, locks! - 4) - Math.max(0, leases! - 2);
	process.stdout.write(`AWS calls of a deploy: ${calls}, polling left out\n`);
	return calls;
}

/** Runs the reaper every minute, as the schedule would. */
async function minutes(on: Account, count: number): Promise<void> {
	for (let minute = 0; minute < count; minute++) {
		await on.world.clock.sleep(60_000);
		const { session } = on.connect({ answers: Array(10).fill(true) });
		const report = await reap(session, {
			deploymentName: NAME,
			maxAgeHours: 1,
			deploymentTimeoutHours: 1,
			rollbackWindowSeconds: 0,
			rollbackKeep: 1,
			dryRun: false,
		});
		expect(report.actions.filter((one) => one.outcome === 'failed')).toEqual([]);
	}
}

test('the whole life: first deploy, second deploy, pinned tab, drain, rollback, reap, teardown', {
	timeout: 60_000,
}, async () => {
	account = await openAccount();
	const first = account.connect();
	const { result } = await deploy(first.session, await asked());
	const one = result?.deployment_id ?? '';
	expect(result).toMatchObject({
		cluster_name: NAME,
		marked_draining_count: '0',
		domain_ready: 'True',
		domain_proxied: 'False',
	});
	expect(await answer(account)).toBe(one);
	expect(callsOf(first)).toBeLessThanOrEqual(51);

	account.sessions.set(one, 1);
	const second = account.connect();
	const two = (await deploy(second.session, await asked())).result?.deployment_id ?? '';
	expect(callsOf(second)).toBeLessThanOrEqual(41);
	expect(await answer(account)).toBe(two);
	expect(await answer(account, `/?pulse_deployment=${one}`)).toBe(one);
	const told = await status(account.connect().session, NAME);
	expect(told.deployments.map(({ deployment_id, state }) => [deployment_id, state])).toEqual([
		[one, 'draining'],
		[two, 'active'],
	]);
	expect(
		(await verify(account.connect().session, { deploymentName: NAME, domain: null, healthPath: '/_pulse/health' })).ok,
	).toBe(true);

	await minutes(account, 5);
	expect(await answer(account, `/?pulse_deployment=${one}`)).toBe(one);
	const back = await rollback(account.connect().session, { deploymentName: NAME, deploymentId: null, dryRun: false });
	expect(back.result).toMatchObject({ deployment_id: one, marked_draining: [two] });
	expect(await answer(account)).toBe(one);

	await minutes(account, 6);
	expect((await status(account.connect().session, NAME)).deployments.map((each) => each.deployment_id)).toEqual([one]);
	expect(await answer(account, `/?pulse_deployment=${two}`)).toBe('status 409');
	expect([...account.world.parameters.keys()].filter((name) => name.includes(two))).toEqual([]);

	const request = { deploymentName: NAME, force: false, pollSeconds: 5, dryRun: false };
	await expect(teardown(account.connect().session, request)).rejects.toThrow('1 active Pulse service(s) found');
	const gone = await teardown(account.connect({ answers: [true] }).session, { ...request, force: true });
	expect(gone.result.status).toBe('deleted');
	expect([...account.world.parameters.keys()]).toEqual([]);
	expect(account.world.ecs.tasks.filter((task) => task.status !== 'STOPPED')).toEqual([]);
});

describe('A7.3: a deploy that fails before the switch is undone, and visitors notice nothing', () => {
	test.each([
		['exits', 'does not stay|did not become healthy'],
		['answers-500', 'did not become healthy'],
	] as const)('when the app %s', async (broken, message) => {
		account = await openAccount();
		const one = await deployed(account);
		account.broken = broken;
		const { session, host } = account.connect();
		const error = await deploy(session, await asked()).catch((thrown: Error) => thrown);
		expect(String(error)).toMatch(new RegExp(message));
		if (broken === 'exits') expect((error as { detail?: string }).detail).toContain('cannot find module ./app.js');
		expect(host.text()).toContain('nothing has changed for visitors');
		expect(await answer(account)).toBe(one);
		expect(await status(account.connect().session, NAME)).toMatchObject({
			active: one,
			remnants: [],
			deployments: [{ deployment_id: one }],
		});
	});

	test.each(['exits', 'answers-500'] as const)(
		'and the first one ever, whose app %s, does not say that anybody is still served',
		async (broken) => {
			account = await openAccount();
			account.broken = broken;
			const { session, host } = account.connect();
			const error = (await deploy(session, await asked()).catch((thrown: Error) => thrown)) as Error & {
				next?: string;
			};
			const told = `${error.message} ${error.next} ${host.text()}`;
			expect(told).toContain('Correct the app and deploy again.');
			expect(told).toContain('Removed what was made of shop-');
			expect(told).not.toMatch(/still served|changed for visitors|rollback/);
		},
	);

	test('when it takes longer than its health budget', async () => {
		account = await openAccount();
		const one = await deployed(account);
		account.broken = 'answers-500';
		const { session, clock } = { ...account.connect(), clock: account.world.clock };
		const began = clock.now();
		await expect(deploy(session, await asked({ healthBudget: '20', unhealthyThreshold: '10' }))).rejects.toThrow(
			'Timeout waiting for healthy targets',
		);
		expect(clock.now() - began).toBeLessThan(300_000);
		expect(await answer(account)).toBe(one);
	});

	test('when the switch itself is refused', async () => {
		account = await openAccount();
		const one = await deployed(account);
		const faults = [{ call: 'elb.modifyListener' as const, nth: 1, kind: 'access-denied' as const }];
		const { session, host } = account.connect({ faults });
		await expect(deploy(session, await asked())).rejects.toThrow('not authorized');
		expect(host.text()).toContain('nothing has changed for visitors');
		const told = await status(account.connect().session, NAME);
		expect(told).toMatchObject({ active: one, remnants: [], deployments: [{ deployment_id: one }] });
	});

	test('on Ctrl-C', async () => {
		account = await openAccount();
		const one = await deployed(account);
		const abort = new AbortController();
		const { session } = account.connect({
			signal: abort.signal,
			after: ({ call }) => {
				if (call === 'ecs.createService') abort.abort();
			},
		});
		await expect(deploy(session, await asked())).rejects.toMatchObject({ code: 'cancelled', message: 'Interrupted.' });
		expect(await status(account.connect().session, NAME)).toMatchObject({
			active: one,
			remnants: [],
			deployments: [{ deployment_id: one }],
		});
	});
});

test('a baseline update in the middle of a deploy never leaves a visitor without an answer', {
	timeout: 60_000,
}, async () => {
	account = await openAccount();
	const one = await deployed(account);
	const origin = await account.origin();
	const answers = new Set<string>();
	const ask = async () => {
		const response = await fetch(origin);
		answers.add(response.status === 200 ? await response.text() : `status ${response.status}`);
	};
	// Around every call, and while CloudFormation works.
	const { session, trace } = account.connect({ before: ask, after: ask });
	let updating = true;
	const asking = (async () => {
		while (updating) await ask();
	})();
	const { plan, result } = await deploy(session, await asked({ reaperScheduleMinutes: '5' }));
	updating = false;
	await asking;
	expect(plan.steps.map((step) => step.kind)).toContain('deploy-baseline');
	expect(trace.records.filter(({ call }) => call === 'baseline.deploy')).toHaveLength(1);
	expect([...answers].sort()).toEqual([one, result?.deployment_id].sort());
	expect(
		(
			await deploy(account.connect().session, await asked({ reaperScheduleMinutes: '5' }), { dryRun: true })
		).plan.steps.map((step) => step.kind),
	).not.toContain('deploy-baseline');
});

test('an update of the baseline that goes on after its deploy was interrupted costs no visitor either', async () => {
	account = await openAccount();
	const id = await deployed(account);
	const interruption = new AbortController();
	const { session, host } = account.connect({ signal: interruption.signal });
	const baseline: typeof session.baseline = {
		...session.baseline,
		// As the command-line CDK does it: it ends at once, CloudFormation does not.
		deploy: async (request) => {
			void session.baseline.deploy(request, new AbortController().signal).catch(() => undefined);
			await session.clock.sleep(20_000);
			interruption.abort(new Error('interrupted'));
			interruption.signal.throwIfAborted();
		},
	};
	const again = deploy({ ...session, baseline }, await asked({ reaperScheduleMinutes: '7' }));
	await expect(again).rejects.toMatchObject({ code: 'cancelled', message: 'Interrupted.' });
	expect(host.text()).toContain('CloudFormation cannot be interrupted');
	expect([...account.world.elb.rules.values()].filter(({ priority }) => priority === 50_000)).toEqual([]);
	for (let minute = 0; minute < 6; minute++) {
		expect(await answer(account)).toBe(id);
		await account.world.clock.sleep(60_000);
	}
});

test('two deploys at once take turns, and both end well', async () => {
	account = await openAccount();
	const ids = await Promise.all([
		deployed(account),
		account.world.clock.sleep(1000).then(() => deployed(account as Account)),
	]);
	expect(new Set(ids).size).toBe(2);
	const { deployments } = await status(account.connect().session, NAME);
	expect(deployments.map((one) => one.state).sort()).toEqual(['active', 'draining']);
});

test('a rollback of a name that was never deployed says so, and leaves no lock behind', async () => {
	account = await openAccount();
	const request = { deploymentName: NAME, deploymentId: null, dryRun: false };
	await expect(rollback(account.connect().session, request)).rejects.toThrow('Nothing is deployed');
	expect([...account.world.parameters.keys()]).toEqual([]);
});

test('a dry run changes nothing', async () => {
	account = await openAccount();
	const { session, trace } = account.connect();
	const { plan, result } = await deploy(session, await asked(), { dryRun: true });
	expect(result).toBeNull();
	expect(plan.facts[0]).toMatch(/^Estimated cost: \$\d+ a month/);
	expect(trace.records.map(({ call }) => call).filter((call) => !/\.(describe|list|get)/.test(call))).toEqual([]);
});

test('a switch whose answer is lost is gone on with', async () => {
	account = await openAccount();
	const one = await deployed(account);
	const faults = [{ call: 'elb.modifyListener' as const, nth: 1, kind: 'lost-answer' as const }];
	const { result } = await deploy(account.connect({ faults }).session, await asked());
	const told = await status(account.connect().session, NAME);
	expect(told.active).toBe(result?.deployment_id);
	expect(told.deployments.find((each) => each.deployment_id === one)?.state).toBe('draining');
});

test('A8.3: what is left to do after the switch is told, and nothing is undone', async () => {
	account = await openAccount();
	await deployed(account);
	const faults = [1, 2].map((nth) => ({ call: 'ecs.tagResource' as const, nth, kind: 'access-denied' as const }));
	const { session, host } = account.connect({ faults });
	await expect(deploy(session, await asked())).rejects.toThrow('not authorized');
	expect(host.text()).toMatch(/Not done: Mark shop-\S+ active; Mark the other deployments draining\./);
	expect(await answer(account)).not.toMatch(/^status/);
	expect((await status(account.connect().session, NAME)).deployments).toHaveLength(2);
});

test('a certificate that only a proxy trusts is told of once, and keeps no deployment from going live', async () => {
	account = await openAccount();
	const { session, host } = account.connect();
	const frontDoor: typeof session.frontDoor = (loadBalancer, domain) => {
		const door = session.frontDoor(loadBalancer, domain);
		return {
			get: async (path, until) => ({ ...(await door.get(path, until)), untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
		};
	};
	const { result } = await deploy({ ...session, frontDoor }, await asked());
	expect(await (await fetch(await account.origin())).text()).toBe(result?.deployment_id);
	const warned = host.messages.filter(({ level }) => level === 'warning').map(({ text }) => text);
	expect(warned).toEqual([expect.stringContaining('will not trust its certificate for shop.example.com')]);
});

test('what will be done, and on a first deploy its cost, is shown once before anything is', async () => {
	account = await openAccount();
	const shown = async (run: (connected: Connected) => Promise<unknown>) => {
		const connected = (account as Account).connect({ answers: [true] });
		await run(connected);
		const { messages } = connected.host;
		const plan = messages.findIndex(({ level }) => level === 'info');
		expect(plan).toBeLessThan(messages.findIndex(({ level }) => level === 'step'));
		expect(messages.filter(({ level }) => level === 'info')).toHaveLength(1);
		return messages[plan]?.text ?? '';
	};
	const deploying = async ({ session }: Connected) => deploy(session, await asked());
	const first = await shown(deploying);
	expect(first).toContain('2. Create the baseline stack');
	expect(first).toContain('Estimated cost: $');
	const second = await shown(deploying);
	expect(second).toContain('2. Build and push the image');
	expect(second).not.toContain('Estimated cost');
	const back = { deploymentName: NAME, deploymentId: null, dryRun: false };
	expect(await shown(({ session }) => rollback(session, back))).toContain('Send new visitors to');
	const all = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
	expect(await shown(({ session }) => teardown(session, all))).toContain('The certificate is kept.');
});

test("the first cluster of an account, which fails for want of ECS's own role, is tried once more by itself", async () => {
	account = await openAccount();
	const reason = 'Unable to assume the service linked role. Please verify that the ECS service linked role exists.';
	account.world.stacks.failures.push({ operation: 'create', reason });
	const id = await deployed(account);
	expect(await answer(account)).toBe(id);
	account.world.stacks.failures.push({ operation: 'create', reason }, { operation: 'create', reason });
	await teardown(account.connect({ answers: [true] }).session, {
		...{ deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false },
	});
	await expect(deployed(account)).rejects.toThrow('service linked role');
});

test('a deploy that lacks the CDK says so before it changes anything; one whose baseline stands does without', async () => {
	account = await openAccount();
	const { session, trace } = account.connect();
	const check = () => {
		throw new Error('no CDK here');
	};
	const without = { ...session, baseline: { ...session.baseline, check } };
	await expect(deploy(without, await asked())).rejects.toThrow('no CDK here');
	const written = trace.records.filter(
		({ call, input }) => /create|register|deploy$/i.test(call) && !('Name' in (input as object)),
	);
	expect(written).toEqual([]);
	await deployed(account);
	expect((await deploy(without, await asked())).result?.deployment_id).toBeTruthy();
});
