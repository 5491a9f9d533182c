import { DeployToolError } from 'pulse-deploy-kit/errors';
import { looking, type Session } from '../adapters/session.ts';
import { stackName } from '../deployments/names.ts';
import type { Fleet } from '../plan/observation.ts';
import { type BaselineOutputs, baselineOutputs } from '../platform/baseline-outputs.ts';
import { readStack, type StackFacts } from '../platform/stack.ts';
import { awaitStack } from './await-stack.ts';
import { readFleet } from './fleet.ts';

export interface Baseline {
	readonly stack: StackFacts;
	/** `null` where the stack is absent, or was never made. */
	readonly outputs: BaselineOutputs | null;
}

/** Conditions in which the stack's resources are there and serve. */
const USABLE = ['ready', 'ready-after-failure', 'failed-update', 'rollback-failed', 'delete-failed'];

export async function readBaseline(session: Session, name: string): Promise<Baseline> {
	const stack = await readStack(looking(session), stackName(name));
	return { stack, outputs: outputsOf(stack) };
}

/** @throws DeployToolError `baseline-output` where one is missing */
export function outputsOf({ condition, outputs }: StackFacts): BaselineOutputs | null {
	return USABLE.includes(condition) && outputs.has('ListenerArn') ? baselineOutputs(outputs) : null;
}

/**
 * While another run or a person changes the stack, that is waited for, and its outputs are read afterwards.
 * @param intervalMs between two looks at it
 */
export async function settledBaseline(
	session: Session,
	name: string,
	signal: AbortSignal,
	intervalMs?: number,
): Promise<Baseline> {
	const looks = { ...session, aws: looking(session, signal) };
	const seen = await readBaseline(looks, name);
	if (seen.stack.condition !== 'busy' && seen.stack.condition !== 'deleting') return seen;
	const tell = (text: string) =>
		session.host.notify({
			level: 'step',
			id: 'stack',
			state: 'waiting',
			text: `Waiting for the baseline stack: ${text}`,
		});
	await awaitStack(looks, stackName(name), signal, tell, intervalMs);
	return readBaseline(looks, name);
}

/** What a fleet is read by. */
const FLEET_OUTPUTS = ['listenerArn', 'clusterName', 'vpcId'] as const;

export interface Existing {
	readonly outputs: BaselineOutputs;
	readonly fleet: Fleet;
}

/**
 * For commands that work on what is deployed.
 * @param before as the baseline was read a while ago: where it is still so, nothing waits for it twice
 */
export async function existing(session: Session, name: string, before?: BaselineOutputs): Promise<Existing> {
	const fleetOf = (outputs: BaselineOutputs) => readFleet(looking(session), name, outputs);
	const early = before === undefined ? undefined : fleetOf(before);
	// Its failure is told only where the baseline is as it was.
	early?.catch(() => {});
	const outputs = await requireBaseline(session, name);
	const isSame = FLEET_OUTPUTS.every((key) => outputs[key] === before?.[key]);
	return { outputs, fleet: await (isSame && early !== undefined ? early : fleetOf(outputs)) };
}

/** @throws DeployToolError where nothing was ever deployed under this name */
export async function requireBaseline(
	session: Session,
	name: string,
	reading = readBaseline(session, name),
): Promise<BaselineOutputs> {
	const { outputs, stack } = await reading;
	if (outputs !== null) return outputs;
	if (stack.outputs.has('ListenerArn')) {
		throw new DeployToolError('baseline-busy', `The baseline of '${name}' is just being changed (${stack.status}).`, {
			fault: 'user',
			detail: 'Visitors are served meanwhile.',
			next: 'Run the same command again when pulse-aws status answers: within minutes.',
		});
	}
	throw new DeployToolError('baseline-missing', `Nothing is deployed as '${name}' in ${session.aws.region}.`, {
		fault: 'user',
		next: 'Check --deployment-name and --region, or run pulse-aws deploy.',
	});
}
