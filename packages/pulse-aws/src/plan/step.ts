import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { LeaveTime } from 'pulse-deploy-kit/leave-settings';
import type { Plan as KitPlan, StepMarks } from 'pulse-deploy-kit/plan/step';
import type { PreviewTerms } from 'pulse-deploy-kit/preview';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { Deployment } from '../deployments/deployment.ts';
import type { ImageManifest } from '../platform/versions.ts';

/**
 * What plans are made of. Each kind has a file of its name in `steps/`, with its title, what takes it back and how it is
 * carried out. Whatever was interrupted may be run again from the start.
 */
export type Step = StepMarks<Step> & StepAction;
export type StepKind = StepAction['kind'];
export type StepOf<Kind extends StepKind> = StepMarks<Step> & Extract<StepAction, { kind: Kind }>;

export type StepAction =
	| { readonly kind: 'delete-failed-baseline' }
	| { readonly kind: 'repair-baseline' }
	| { readonly kind: 'request-certificate' }
	| { readonly kind: 'await-certificate' }
	| { readonly kind: 'deploy-baseline'; readonly change: 'create' | 'update'; readonly because: string }
	| { readonly kind: 'protect-baseline' }
	| { readonly kind: 'set-listener-certificate' }
	/** Whom the reaper tells of what happens. */
	| { readonly kind: 'set-notices' }
	| { readonly kind: 'settle'; readonly active: Deployment; readonly drain: readonly Deployment[] }
	| { readonly kind: 'remove-deployments'; readonly ids: readonly string[] }
	| { readonly kind: 'remove-leftovers'; readonly ids: readonly string[]; readonly lapsed: Lapsed }
	| { readonly kind: 'build-image' }
	| { readonly kind: 'reserve-id' }
	/** Of those that stop for later deploys of this lane. */
	| { readonly kind: 'supersede'; readonly ids: readonly string[]; readonly lane: Lane }
	| { readonly kind: 'push-image' }
	/** Of an earlier deployment, in place of building one. */
	| { readonly kind: 'tag-image'; readonly image: ImageManifest }
	| { readonly kind: 'register-task-definition' }
	| { readonly kind: 'create-target-group' }
	| { readonly kind: 'create-rule' }
	| { readonly kind: 'create-service' }
	/** Takes a deploy back. */
	| { readonly kind: 'remove-own' }
	| { readonly kind: 'bring-back'; readonly deployment: Deployment }
	/** `again`: it was healthy a while ago. */
	| { readonly kind: 'await-health'; readonly again?: true }
	| ({ readonly kind: 'verify-affinity' } & Standing)
	| { readonly kind: 'check-page'; readonly path: string }
	| { readonly kind: 'switch' }
	| ({ readonly kind: 'confirm' } & Standing)
	| { readonly kind: 'mark-active' }
	| { readonly kind: 'mark-draining' }
	/** Visitors who name it get it; the time of an earlier one of that name is over. */
	| { readonly kind: 'mark-preview'; readonly preview: PreviewTerms }
	/** In place of a cut-over: a share of new visitors gets it beside `active`. */
	| { readonly kind: 'begin-canary'; readonly active: Deployment; readonly terms: CanaryTerms }
	| { readonly kind: 'widen-canary'; readonly beganAt: number; readonly terms: CanaryTerms }
	/** Unless it has become active, it drains. */
	| { readonly kind: 'end-canary'; readonly deploymentId: string }
	/** Says, where tasks and tools read it, when the pages that are left on it are moved; `time: null` takes that back. */
	| {
			readonly kind: 'depart';
			readonly deployment: Deployment;
			readonly time: LeaveTime | null;
			readonly recalled: boolean;
	  }
	| { readonly kind: 'end-tasks'; readonly deployment: Deployment }
	| { readonly kind: 'check-domain' }
	/** `lapsed` are ended before anything is changed. */
	| { readonly kind: 'stop-routing'; readonly lapsed: Lapsed }
	| { readonly kind: 'await-tasks' }
	| { readonly kind: 'delete-stack' }
	| { readonly kind: 'delete-parameters' };

/** The load balancer has known it for long, so it is asked in quick succession. */
export interface Standing {
	readonly standing?: true;
}

/** Deployment id → the lease of a command that was killed, or sleeps: it must end first. */
export type Lapsed = ReadonlyMap<string, string>;

export interface Plan extends KitPlan<Step> {
	readonly verb: 'deploy' | 'ensure' | 'promote' | 'rollback' | 'recall' | 'drain' | 'teardown';
	/** The deployment it is about; of a teardown and of `ensure`, the deployment name. */
	readonly id: string;
}

/** @param facts what a person who agrees to it should know, e.g. its cost */
export function planOf(verb: Plan['verb'], id: string, steps: readonly Step[], facts: readonly string[] = []): Plan {
	return { title: `${verb} ${id}`, verb, id, facts, warnings: [], steps };
}

/** What is true once visitors were sent there, and what may be done then. */
export function sentTo(id: string, hasPrevious: boolean): NonNullable<Plan['committed']> {
	const next = hasPrevious ? 'To go back: pulse-aws rollback.' : 'The next deploy writes down what is missing.';
	return { text: `Visitors are sent to ${id} already.`, next };
}

const notesOf = ({ facts, sessions }: Plan) => (sessions === undefined ? facts : [...facts, sessions.text]);

export function planJson(plan: Plan): object {
	const { verb, id, steps, warnings } = plan;
	return {
		verb,
		deployment_id: id,
		steps: steps.map(({ kind, title }) => ({ step: kind, text: title })),
		notes: notesOf(plan),
		warnings,
	};
}

export function renderPlan(plan: Plan): string {
	const { steps, warnings } = plan;
	const titles = steps.map(({ title }, index) => `${index + 1}. ${title}`);
	return [...titles, ...notesOf(plan), ...warnings.map((warning) => `Warning: ${warning}`)].join('\n');
}
