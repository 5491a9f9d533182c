import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { Provenance } from 'pulse-deploy-kit/history/provenance';
import type { LeaveTime } from 'pulse-deploy-kit/leave-settings';
import type { Plan as KitPlan, StepMarks } from 'pulse-deploy-kit/plan/step';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { Container } from '../deployments/container.ts';
import type { DurableTruth } from '../deployments/store.ts';
import type { InstanceSettings } from '../platform/port.ts';
import type { KeptService } from '../stack/durable.ts';

/**
 * What plans are made of. Services are named, not identified: their ids are learnt from the observation or from the step that
 * creates them. Each kind has a file of its name in `steps/`, with its title, what takes it back and how it is carried out.
 */
export type Step = StepMarks<Step> & StepAction;
export type Plan = KitPlan<Step>;
export type StepKind = StepAction['kind'];
export type StepOf<Kind extends StepKind> = StepMarks<Step> & Extract<StepAction, { kind: Kind }>;

/** A value known now, or one that an earlier step of the same run makes. */
export type VariableValue = string | Secret | { readonly from: 'minted-token' };
export type Variables = Readonly<Record<string, VariableValue>>;

export interface PlannedChange {
	readonly service: string;
	readonly variables: Variables;
	readonly settings?: InstanceSettings;
}

export type StepAction =
	| { readonly kind: 'create-project'; readonly name: string; readonly workspaceId: string }
	/** The project of this run, unless it holds services of other names than these. */
	| { readonly kind: 'delete-project'; readonly services: readonly string[] }
	| {
			readonly kind: 'deploy-template';
			readonly code: string;
			/** The template's service names → ours. */
			readonly names: Readonly<Record<string, string>>;
			readonly omit: readonly string[];
			/** Services that stand are kept, and those that an interrupted run may still be making are waited for. */
			readonly resumes?: true;
	  }
	| { readonly kind: 'create-service'; readonly service: string; readonly variables: Variables }
	| {
			readonly kind: 'delete-services';
			/** By name, those that exist. */
			readonly services: readonly string[];
			/** Only what this run created; default: what stood when the plan was made. */
			readonly own?: true;
			/** A template may still be making them, so missing ones are waited for. */
			readonly late?: true;
			/** Which deployment it is: one that is active by then, or has visitors, stays. */
			readonly deployment?: string;
	  }
	/** What goes on with the baseline, with a word of this run: another command that goes on with it takes it over. */
	| { readonly kind: 'mark-baseline'; readonly phase: 'init' | 'upgrade' | 'ready' }
	/** `service: null` = shared by the environment. */
	| { readonly kind: 'set-variables'; readonly service: string | null; readonly variables: Variables }
	/** Variables and settings of several services, in one request. */
	| { readonly kind: 'configure'; readonly services: readonly PlannedChange[] }
	| { readonly kind: 'delete-variable'; readonly service: string | null; readonly name: string }
	| { readonly kind: 'await-variable'; readonly service: string; readonly name: string; readonly budgetSeconds: number }
	| { readonly kind: 'update-instance'; readonly service: string; readonly settings: InstanceSettings }
	/** Puts services into the canvas group of another. */
	| { readonly kind: 'group'; readonly like: string; readonly services: readonly string[] }
	/** `replaces`: an interrupted run may have made one of that name, whose value was lost. */
	| { readonly kind: 'mint-token'; readonly name: string; readonly replaces?: true }
	| { readonly kind: 'revoke-tokens'; readonly name: string }
	| { readonly kind: 'ensure-domain'; readonly service: string; readonly targetPort: number }
	| { readonly kind: 'upload'; readonly service: string; readonly source: SourceTree }
	| { readonly kind: 'build-image'; readonly image: string; readonly source: SourceTree; readonly buildArgs: Variables }
	| { readonly kind: 'deploy'; readonly services: readonly string[] }
	| {
			readonly kind: 'await-deployments';
			readonly services: readonly string[];
			readonly budgetSeconds: number;
			/** A service whose build log is shown while it builds. */
			readonly showBuild?: string;
			/** Service → what is said when it does not succeed, e.g. `router deployment failed`. */
			readonly failures: Readonly<Record<string, string>>;
			/** What Railway asks a container app. */
			readonly asked?: Pick<Container, 'healthPath' | 'port'>;
	  }
	/** The router answers its health path and a signed control request at its public address. */
	| { readonly kind: 'await-router'; readonly service: string; readonly budgetSeconds: number }
	| {
			readonly kind: 'register';
			readonly deployment: string;
			readonly service: string;
			readonly container?: Container;
	  }
	/** The public address answers with this deployment when asked for it by affinity. */
	| { readonly kind: 'verify-affinity'; readonly deployment: string; readonly budgetSeconds: number }
	/** A page of the new deployment is no worse than the active one's; `isActive`: it is that one already. */
	| {
			readonly kind: 'check-page';
			readonly deployment: string;
			readonly service: string;
			readonly path: string;
			readonly isActive: boolean;
	  }
	/** Writes `PULSE_ACTIVE_DEPLOYMENT`. `canary`: only while that rollout of it goes on, which may be halted any time. */
	| { readonly kind: 'commit-active'; readonly deployment: string; readonly canary?: number }
	| {
			readonly kind: 'promote';
			readonly deployment: string;
			readonly service: string;
			readonly container?: Container;
			readonly provenance?: Provenance;
	  }
	/** The public address without affinity, and every router replica, answer with this deployment. */
	| { readonly kind: 'verify-active'; readonly deployment: string; readonly budgetSeconds: number }
	/**
	 * Durable and live truth name the same active deployment, and new visitors reach it. `movedFrom`: who was active when
	 * a predecessor's stack was observed; its tools may have promoted since, on either side alone.
	 */
	| { readonly kind: 'settle-active'; readonly movedFrom: string | null; readonly budgetSeconds: number }
	| {
			readonly kind: 'begin-canary';
			readonly deployment: string;
			readonly terms: CanaryTerms;
			readonly provenance?: Provenance;
	  }
	/** `beganAt`: of that rollout alone. */
	| {
			readonly kind: 'widen-canary';
			readonly deployment: string;
			readonly beganAt: number;
			readonly terms: CanaryTerms;
	  }
	| { readonly kind: 'end-canary'; readonly deployment: string; readonly beganAt: number }
	/** Visitors who name it get it; an earlier one of that name goes. */
	| {
			readonly kind: 'begin-preview';
			readonly deployment: string;
			readonly preview: Preview;
			readonly provenance?: Provenance;
	  }
	| { readonly kind: 'reconcile'; readonly truth: DurableTruth; readonly ifRevision: number | 'current' }
	/** Says, durably and live, when the pages that are left on it are moved; `time: null` takes that back. */
	| {
			readonly kind: 'depart';
			readonly deployment: string;
			readonly service: string;
			readonly time: LeaveTime | null;
			readonly recalled: boolean;
	  }
	/** Its pages hear by when they are to move. */
	| { readonly kind: 'hurry'; readonly deployment: string }
	/** Those of its lane that were started earlier, and are still being made, hear that this one takes their place. */
	| { readonly kind: 'supersede'; readonly deployment: string; readonly lane: Lane }
	/** A deployment that is kept runs again. */
	| { readonly kind: 'wake'; readonly kept: KeptService }
	/** It is stopped, and kept. */
	| { readonly kind: 'rest'; readonly kept: KeptService }
	/** Routing stops, then browsers are told to reload. */
	| { readonly kind: 'retire'; readonly deployment: string }
	/** While it is in this state: another command may have made more of it. */
	| { readonly kind: 'remove-record'; readonly deployment: string; readonly state: 'pending' | 'retiring' };

/** What is built: absolute paths on this machine. */
export interface SourceTree {
	readonly context: string;
	/** Relative to the context. */
	readonly dockerfile: string;
	readonly useGitignore: boolean;
	/** The Railway CLI that uploads it; ours does when absent. */
	readonly railwayBin?: string;
}
