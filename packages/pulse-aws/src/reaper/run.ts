import type { Clock } from 'pulse-deploy-kit/clock';
import { withinBudget } from 'pulse-deploy-kit/within-budget';
import type { HistoryEvent } from '../deployments/history-value.ts';
import { act } from './act.ts';
import { type Action, decide, type KeptDeployment } from './decide.ts';
import type { CanaryFacts } from './decide-canary.ts';
import type { ReaperPolicy } from './facts.ts';
import { eventOf } from './history.ts';
import type { DeployLock } from './lock.ts';
import { observe, type Place, type ReaperAws } from './observe.ts';
import { writeJudged } from './observe-canary.ts';
import { withPast } from './observe-past.ts';

export interface ReaperRun {
	readonly aws: ReaperAws;
	readonly place: Place;
	readonly policy: ReaperPolicy;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** For what moves visitors. */
	readonly locked: DeployLock;
	/** Writes the history down; where it cannot, that fails nothing. */
	tell(events: readonly HistoryEvent[]): Promise<void>;
	/** Only the report. Default false. */
	readonly dryRun?: boolean;
	/** Asked before anything is changed; `false` leaves it at the report. Default: go ahead. */
	approve?(actions: readonly Action[]): Promise<boolean>;
}

/** What a run saw and did. Keys are stable, for scripts and log queries. */
export interface ReaperReport {
	/** Drained deployments whose tasks were told to end. */
	readonly drained: number;
	/** Deployments that never became active and were told to end. */
	readonly stuck_deploying_cleaned: number;
	/** Deployments deleted with all that belongs to them. */
	readonly cleaned: number;
	/** ISO 8601. */
	readonly timestamp: string;
	readonly actions: readonly ActionReport[];
	readonly kept: readonly KeptDeployment[];
	/** Why nothing at all was done. */
	readonly refused: string | null;
}

export interface ActionReport {
	readonly action: Action;
	readonly outcome: 'done' | 'skipped' | 'failed' | 'planned';
	readonly error?: string;
}

/** One pass. An action that fails does not keep the others from being done; the next pass finds what it left. */
export async function runReaper(run: ReaperRun): Promise<ReaperReport> {
	const { aws, place, policy, clock } = run;
	const seen = await observe(aws, place, clock.now());
	const facts = await withPast(aws, place, seen, { policy, now: clock.now() });
	const decision = decide(facts, policy, clock.now());
	const approved = decision.actions.length === 0 || ((await run.approve?.(decision.actions)) ?? true);
	if (run.dryRun !== true) await noteCanary(run, facts.canary);
	const actions: ActionReport[] = [];
	for (const action of decision.actions) {
		actions.push(approved ? await attempt(run, action) : { action, outcome: 'planned' });
	}
	const done = actions.filter((one) => one.outcome === 'done').map((one) => one.action);
	await run.tell(done.flatMap((action) => eventOf(action, facts)));
	const scaled = done.filter((action) => action.kind === 'scale-down');
	return {
		drained: scaled.filter((action) => action.reason !== 'stuck-deploying').length,
		stuck_deploying_cleaned: scaled.filter((action) => action.reason === 'stuck-deploying').length,
		cleaned: done.filter((action) => action.kind === 'delete-deployment').length,
		timestamp: new Date(run.clock.now()).toISOString(),
		actions,
		kept: decision.kept,
		refused: decision.refused,
	};
}

/** Whether a canary is halted does not wait for it. */
const NOTE_MS = 10_000;

/** Where it cannot be written, the next run judges the same minutes again. */
async function noteCanary({ aws, place, clock }: ReaperRun, facts: CanaryFacts): Promise<void> {
	await withinBudget(clock, NOTE_MS, (signal) => writeJudged(aws, place.name, facts, signal)).catch(() => undefined);
}

async function attempt(run: ReaperRun, action: Action): Promise<ActionReport> {
	try {
		run.signal.throwIfAborted();
		return { action, outcome: (await act(run, action)) ? 'done' : 'skipped' };
	} catch (error) {
		return {
			action,
			outcome: 'failed',
			error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
		};
	}
}
