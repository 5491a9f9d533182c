import { previewText } from 'pulse-deploy-kit/preview';
import { describe, expect, it } from 'vitest';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { previewing } from '../deployments/record.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { planCanary } from './canary.ts';
import { planDeploy } from './deploy.ts';
import { planCutOver } from './deploy-cut-over.ts';
import { planPromote, previousActive, refuseAfterCanary } from './promote.ts';
import { backend, live, NOW, record, stack } from './testing/stack.ts';

const app = { file: '/app.ts', language: 'javascript', plugins: [], sessionStore: null } as const;
const PR = { name: 'pr-12', until: NOW + 3 * 86_400_000 };
const observation = stack({ backends: ['one', 'zero', 'earlier'], active: 'one' });
const snapshot = live(
	{},
	{
		activeId: 'one',
		promotedAt: NOW - 600_000,
		deployments: [
			record('one', 'active'),
			record('zero', 'draining'),
			record('earlier', 'draining', previewing({ ...PR, until: NOW + 1 })),
		],
	},
);

const made = backend('made', { variables: { PULSE_DEPLOYMENT_ID: 'made', PULSE_RAILWAY_PREVIEW: previewText(PR) } });
const terms = { share: 500, next: [], everyMs: null };

function planned({ previews = true, seen = observation, known = snapshot } = {}) {
	const typed = { flags: { preview: 'PR 12' }, args: [], env: {}, cwd: '/here' };
	const config = deployConfig(typed, deployInputs(typed), app, {});
	return planDeploy(
		{
			...{ observation: seen, live: known, now: NOW, previews, app, kindIsSaid: true, activeSessions: 4 },
			...{ deploymentId: 'new', context: '/shop', appFile: 'app.ts', dockerfile: 'Dockerfile', webRoot: undefined },
			commit: null,
			baseline: baselineFacts(seen, config.names),
		},
		config,
	);
}
const kinds = ({ steps }: { steps: readonly { kind: string }[] }) => steps.map(({ kind }) => kind);

describe('deploy --preview (R8.12)', () => {
	it('makes a deployment beside the active one, and moves nobody', () => {
		const plan = planned();
		expect(kinds(plan)).not.toContain('commit-active');
		expect(plan.steps.at(-1)).toMatchObject({ kind: 'begin-preview', preview: PR, commitPoint: true });
		expect(plan).not.toHaveProperty('sessions');
		expect(plan.facts).toContain(
			'A preview, pr-12: only https://shop.up.railway.app/?pulse_deployment=new leads there. one stays active',
		);
		expect(plan.facts).toContain('Takes the place of earlier, which the janitor deletes');
	});

	it('writes on its service what it is, for a store that loses its data', () => {
		const create = planned().steps.find(({ kind }) => kind === 'create-service');
		expect(create).toMatchObject({ variables: { PULSE_RAILWAY_PREVIEW: 'pr-12 until 2026-04-05T12:00:00.000Z' } });
	});

	it('is begun at the cut-over after it has answered once more, whoever is active by then', () => {
		const seen = { ...observation, services: [...observation.services, backend('new')] };
		const known = { ...snapshot, deployments: [...snapshot.deployments, record('new', 'pending')] };
		const facts = { observation: seen, live: known, now: NOW, leases: { new: {} }, deploymentId: 'new' };
		const plan = planCutOver({ ...facts, pageWhenActive: null, preview: PR }, 'new');
		expect(kinds(plan)).toEqual(['verify-affinity', 'begin-preview']);
	});

	it('is refused before anything is active, and for an older router', () => {
		expect(() => planned({ seen: stack(), known: live() })).toThrow('nothing is active yet');
		expect(() => planned({ previews: false })).toThrow('which knows no previews');
	});
});

describe('beside a preview', () => {
	const facts = { observation, live: snapshot, activeSessions: 0, routerService: 'pulse-router' };

	it('no rollback and no promotion goes to it, and it is taken for no canary that has ended (R8.12)', () => {
		expect(previousActive(facts)).toBe('zero');
		expect(() => planPromote(facts, 'earlier')).toThrow('earlier is the preview pr-12, which never becomes active');
		expect(() => refuseAfterCanary(facts)).not.toThrow();
	});

	it('none goes to one whose deploy was killed before it was a preview, or that the store does not know (R8.12)', () => {
		const seen = { ...observation, services: [...observation.services, made] };
		const pending = { ...snapshot, deployments: [...snapshot.deployments, record('made', 'pending')] };
		for (const known of [pending, snapshot, live()]) {
			const facts = { observation: seen, live: known, activeSessions: 0, routerService: 'pulse-router' };
			expect(() => planPromote(facts, 'made')).toThrow('made is the preview pr-12, which never becomes active');
			expect(() => planCanary({ ...facts, canaries: true }, 'made', terms)).toThrow('made is the preview pr-12');
		}
	});

	it('one that an older command made active is gone back to as any (R4.18)', () => {
		const seen = { ...observation, services: [...observation.services, made] };
		const drained = record('made', 'draining', { drainStartedAt: NOW - 1 });
		const known = { ...snapshot, deployments: [...snapshot.deployments, drained] };
		const back = planPromote({ observation: seen, live: known, activeSessions: 0, routerService: 'r' }, 'made');
		expect(kinds(back)).toContain('promote');
		const active = { ...seen, sharedVariables: { PULSE_ACTIVE_DEPLOYMENT: 'made' } };
		const lost = planPromote({ observation: active, live: live(), activeSessions: 0, routerService: 'r' }, 'made');
		expect(kinds(lost)).toContain('reconcile');
	});
});
