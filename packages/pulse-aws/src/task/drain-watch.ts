import type { Clock } from 'pulse-deploy-kit/clock';
import { parseDeparture } from 'pulse-deploy-kit/departure';
import type { Aws } from '../platform/aws.ts';
import {
	askParameter,
	canaryParameter,
	canaryWordParameter,
	departureParameter,
	stateParameter,
	taskStateParameter,
} from '../protocol.ts';
import { type Ask, readAsk } from './ask.ts';
import type { CanaryParts } from './canary-part.ts';
import { drainWord, lookForUse, type TaskUse } from './drain-word.ts';
import { type Rollout, readRollout } from './rollout.ts';
import { readTaskId } from './task-id.ts';
import { ToldWord } from './told-word.ts';

/** What a task is told of its deployment. */
export interface TaskVariables {
	readonly deploymentName: string;
	readonly deploymentId: string;
	readonly drainPollSeconds: number;
	readonly drainGraceSeconds: number;
	/** Where Fargate tells the task's own id. */
	readonly metadataUri: string | null;
	/** Used when Fargate does not tell it. */
	readonly taskId: string | null;
}

export interface DrainWatch {
	readonly variables: TaskVariables;
	readonly ssm: Pick<Aws['ssm'], 'getParameters' | 'putParameter'>;
	readonly inUse: () => TaskUse;
	/** Told of the deployment's state at each look. */
	readonly onState?: (state: string | null) => void;
	/** Told of every change of when this deployment's pages are to have moved, Unix ms; `null`: they may stay. */
	readonly onLeaveBy?: (by: number | null) => void;
	/** Its part in a canary that runs. Absent: it takes none. */
	readonly canary?: CanaryParts;
	readonly log: Readonly<Record<'warn' | 'error', (fields: object, message: string) => void>>;
	readonly clock: Clock;
	/** Uniform in [0, 1). */
	readonly random: () => number;
	readonly signal: AbortSignal;
}

/**
 * Polls the deployment's state and writes this task's word, only when it changes; of one that drains with what holds it,
 * which changes by the minute at most, and with who is there while an operator looks (contract A11.9). Runs until the signal
 * aborts; a failing call is logged and tried again at the next poll.
 */
export async function watchDrain(watch: DrainWatch): Promise<void> {
	const { variables, clock, signal } = watch;
	const told = new ToldWord(variables.drainPollSeconds * 1000, watch.random);
	let idleSince: number | null = null;
	let leaveBy: number | null = null;
	const inUse = lookForUse(watch.inUse);
	try {
		const task = await readTaskId(variables.metadataUri, variables.taskId, clock, signal);
		const parameter = taskStateParameter(variables.deploymentName, variables.deploymentId, task);
		// Tasks of one deployment start together, and the account may write three parameters a second.
		await clock.sleep(watch.random() * variables.drainPollSeconds * 1000, signal);
		for (;;) {
			try {
				const { state, by, rollout, ask } = await readState(watch);
				watch.onState?.(state);
				watch.canary?.see(rollout);
				if (by !== leaveBy) watch.onLeaveBy?.(by);
				leaveBy = by;
				const facts = { state, idleSince, inUse: inUse(), now: clock.now() };
				const next = drainWord({ ...facts, graceMs: variables.drainGraceSeconds * 1000 });
				idleSince = next.idleSince;
				const word = { word: next.word, drains: state === 'draining', use: watch.inUse, ask, now: facts.now };
				const value = told.next(word);
				if (value !== null) {
					await watch.ssm.putParameter({ Name: parameter, Value: value, Type: 'String', Overwrite: true });
					told.told(value, word);
				}
				await tellCounts(watch, task);
			} catch (error) {
				signal.throwIfAborted();
				watch.log.warn({ err: error }, 'the drain state could not be read or written; trying again');
			}
			const jitter = 0.9 + watch.random() * 0.2;
			await clock.sleep(variables.drainPollSeconds * 1000 * jitter, signal);
		}
	} catch (error) {
		if (!signal.aborted) watch.log.error({ err: error }, 'watching the drain state ended');
	}
}

async function tellCounts({ variables, ssm, canary, clock }: DrainWatch, task: string): Promise<void> {
	const Value = canary?.word(clock.now()) ?? null;
	if (canary === undefined || Value === null) return;
	const Name = canaryWordParameter(variables.deploymentName, variables.deploymentId, task);
	await ssm.putParameter({ Name, Value, Type: 'String', Overwrite: true });
	canary.told(Value, clock.now());
}

/** `state`: `null` before the deploy has written it. No page has to leave an active deployment, whatever was said before. */
async function readState({ ssm, variables }: DrainWatch): Promise<Told> {
	const { deploymentName, deploymentId } = variables;
	const names = [
		stateParameter(deploymentName, deploymentId),
		departureParameter(deploymentName, deploymentId),
		canaryParameter(deploymentName),
		askParameter(deploymentName),
	];
	const { Parameters = [] } = await ssm.getParameters({ Names: names });
	const found = names.map((name) => Parameters.find((one) => one.Name === name));
	const [state = null, departure, canary] = found.map((one) => one?.Value);
	const by = state === 'draining' ? (parseDeparture(departure)?.by ?? null) : null;
	return { state, by, rollout: readRollout(canary), ask: readAsk(found[3]) };
}

interface Told {
	readonly state: string | null;
	readonly by: number | null;
	readonly rollout: Rollout | null;
	readonly ask: Ask | null;
}
