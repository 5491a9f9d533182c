import { type CanaryTraffic, isOnCanary, newVisitor, visitorText } from 'pulse-edge/decide/canary';
import { countEnd, Samples } from 'pulse-edge/forward/samples';
import { expect, it, onTestFinished } from 'vitest';
import { PageErrorTeller } from '../plugin/page-errors.ts';
import { openStore } from '../stores/open.ts';
import { Brake } from './brake.ts';
import { PageErrors } from './page-errors.ts';

const NOW = Date.UTC(2030, 0, 1);
const SIDES = { active: 'one', canary: 'two' } as const;
/** What a deployment tells. */
interface Said {
	readonly deployment_id?: string;
	readonly error?: { readonly cookies: string; readonly visitor: string; readonly waited_ms?: number };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('a moment in which pages of both versions fail halts no equal canary, whose few are told of sooner (R8.8) (R10.13)', async () => {
	const store = await openStore('memory:', { prefix: 'at-once', clock: { now: () => NOW, sleep: async () => {} } });
	for (const id of ['one', 'two']) await store.register(id, id);
	await store.promote('one', 'one');
	const canary = await store.beginCanary('two', { share: 1_000, next: [], everyMs: null });
	const { deployments } = await store.snapshot();
	const table = {
		...{ canary, rollout: canary, activeId: 'one', stopCanary: () => {} },
		deployment: (wanted: string) => deployments.find(({ id }) => id === wanted),
	};
	let halted = false;
	const onHalted = () => {
		halted = true;
	};
	const samples = new Samples();
	const log = { note: () => {}, canaryTrouble: (error: unknown) => Promise.reject(error) };
	const each = { store, table, log, now: () => NOW };
	const router = {
		async askAny(_path: string, said: Said) {
			await sleep(2);
			const { deployment_id: deploymentId = '', error } = said;
			if (error !== undefined) await errors.count({ deploymentId, ...error, waitedMs: error.waited_ms ?? 0 });
			return { status: 200, text: '' };
		},
	};
	const tellers = {
		one: new PageErrorTeller({ deploymentId: 'one', secret: 's', router }),
		two: new PageErrorTeller({ deploymentId: 'two', secret: 's', router }),
	};
	const tells = async ({ id }: { readonly id: string }) => tellers[id as 'one' | 'two'].tells;
	const errors = new PageErrors({ ...each, samples: () => samples, tells, everyMs: 1_000 });
	const brake = new Brake({ ...each, samples, replicaId: 'router', onHalted, everyMs: 100 });
	onTestFinished(async () => {
		for (const teller of Object.values(tellers)) teller.close();
		errors.close();
		await brake.close();
		await store.close();
	});
	await errors.look();
	await sleep(50);
	await errors.look();

	const visitors = Array.from({ length: 400 }, (_, at) => newVisitor(canary as CanaryTraffic, `visitor ${at}`, NOW));
	const sideOf = (visitor: (typeof visitors)[number]) => (isOnCanary(visitor) ? 'canary' : 'active');
	for (const [at, visitor] of visitors.entries()) {
		const cookie = `pulse_canary=${visitorText(canary, visitor)}`;
		tellers[SIDES[sideOf(visitor)]].tell(cookie, `session ${at}`);
	}
	const failed = () => samples.of(canary).canary.failures + samples.of(canary).active.failures;
	for (let round = 0; round < 300 && failed() < visitors.length && !halted; round++) {
		// What their browsers ask for meanwhile.
		for (const visitor of visitors) countEnd(samples.of(canary)[sideOf(visitor)], false);
		await sleep(20);
	}
	await sleep(200);
	expect(halted).toBe(false);
	expect(failed()).toBe(visitors.length);
});
