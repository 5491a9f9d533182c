import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AwsWorld, createAwsWorld } from '../world.ts';
import type { Fault, FaultKind } from './fault.ts';

let world: AwsWorld;
beforeEach(async () => {
	world = await createAwsWorld();
});
afterEach(() => world.close());

const put = { Name: '/a', Value: '1', Type: 'String', Overwrite: true } as const;
const fault = (kind: FaultKind, more: Partial<Fault> = {}) =>
	({ call: 'ssm.putParameter', nth: 1, kind, ...more }) as Fault;

describe('faults', () => {
	test.each([
		['throttling', 'ThrottlingException', 400, false],
		['access-denied', 'AccessDeniedException', 403, false],
		['service-error', 'InternalFailure', 500, false],
		['timeout', 'TimeoutError', undefined, false],
		['lost-answer', 'TimeoutError', undefined, true],
	] as const)('%s is %s with status %s; its effect is there: %s', async (kind, name, httpStatusCode, effect) => {
		const { aws } = world.connect({ faults: [fault(kind)] });
		await expect(aws.ssm.putParameter(put)).rejects.toMatchObject({ name, $metadata: { attempts: 1 } });
		const again = world.connect({ faults: [fault(kind)] }).aws.ssm.putParameter(put);
		await expect(again.catch((error) => error.$metadata.httpStatusCode)).resolves.toBe(httpStatusCode);
		expect(world.parameters.has('/a')).toBe(effect);
	});

	test('hit the n-th call of a name, or of all, as often as asked', async () => {
		const { aws } = world.connect({
			faults: [fault('throttling', { nth: 2, times: 2 }), { call: '*', nth: 6, kind: 'access-denied' }],
		});
		const outcomes = [];
		for (let n = 0; n < 6; n++) {
			outcomes.push(
				await aws.ssm.putParameter(put).then(
					() => 'ok',
					(error: Error) => error.name,
				),
			);
		}
		expect(outcomes).toEqual(['ok', 'ThrottlingException', 'ThrottlingException', 'ok', 'ok', 'AccessDeniedException']);
	});

	test('query services use the short codes of their protocol', async () => {
		const { aws } = world.connect({ faults: [{ call: 'elb.describeRules', nth: 1, kind: 'throttling' }] });
		await expect(aws.elb.describeRules({ ListenerArn: 'x' })).rejects.toMatchObject({ name: 'Throttling' });
	});
});

describe('a killed caller', () => {
	test.each([
		['kill-before', false],
		['kill-after', true],
	] as const)('%s: hears nothing more; the effect is there: %s', async (kind, effect) => {
		const caller = world.connect({ faults: [fault(kind)] });
		let heard = false;
		const hear = () => {
			heard = true;
		};
		void caller.aws.ssm.putParameter(put).then(hear, hear);
		await caller.killed;
		void caller.aws.ssm.getParameters({ Names: ['/a'] }).then(hear, hear);
		void caller.clock.sleep(1).then(hear, hear);
		await world.clock.sleep(10_000);
		expect(heard).toBe(false);
		expect(world.parameters.has('/a')).toBe(effect);
		await expect(world.aws.ssm.getParameters({ Names: ['/a'] })).resolves.toBeDefined();
	});

	test('does not hear from a sleep that was under way', async () => {
		const caller = world.connect();
		let heard = false;
		const hear = () => {
			heard = true;
		};
		void caller.clock.sleep(1_000).then(hear, hear);
		caller.kill();
		await world.clock.sleep(10_000);
		expect(heard).toBe(false);
	});
});

describe('the trace', () => {
	test('counts reads that repeat as polling, and everything else as calls', async () => {
		const { aws, trace } = world.connect();
		await aws.ssm.putParameter(put);
		for (const name of ['/a', '/a', '/b', '/a']) await aws.ssm.getParameters({ Names: [name] });
		await aws.ssm.putParameter(put);
		expect(trace.summary()).toEqual({
			calls: 4,
			polling: 2,
			byCall: { 'ssm.putParameter': 2, 'ssm.getParameters': 2 },
		});
	});

	test('hooks see a call before and after its effect', async () => {
		const seen: string[] = [];
		const look = (when: string) => (record: { call: string; outcome: string }) => {
			seen.push(`${when} ${record.call} ${record.outcome} ${world.parameters.has('/a')}`);
		};
		const { aws } = world.connect({ before: look('before'), after: look('after') });
		await aws.ssm.putParameter(put);
		expect(seen).toEqual(['before ssm.putParameter pending false', 'after ssm.putParameter ok true']);
	});
});

test('an aborted call is given up', async () => {
	const { aws } = world.connect({ latencyMs: 20 });
	const stop = new AbortController();
	const call = aws.ssm.putParameter(put, { abortSignal: stop.signal });
	stop.abort(new Error('stop'));
	await expect(call).rejects.toThrow('stop');
	await expect(aws.ssm.putParameter(put, { abortSignal: stop.signal })).rejects.toThrow('stop');
});

test('nothing that a caller holds is the state itself', async () => {
	const input = { ...put, Tags: [] };
	await world.aws.ssm.putParameter(input);
	const first = await world.aws.ssm.getParameters({ Names: ['/a'] });
	first.Parameters![0]!.Value = 'changed';
	expect((await world.aws.ssm.getParameters({ Names: ['/a'] })).Parameters?.[0]?.Value).toBe('1');
});
