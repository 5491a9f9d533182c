import type { Aws } from '../platform/aws.ts';
import type { Parameter } from '../platform/parameters.ts';
import { readCrashes } from '../platform/tasks.ts';
import { canaryEvidenceParameter, canaryParameter, canaryWordParameter } from '../protocol.ts';
import { readCanaryWord } from '../task/canary-word.ts';
import { type Rollout, readRollout, rolloutName } from '../task/rollout.ts';
import { type CanaryFacts, NO_CANARY } from './decide-canary.ts';
import { judgeMinutes, newJudgement, type SaidCount } from './judge-canary.ts';
import { judgedText, readJudged } from './judged-text.ts';

/** From what was read below the app anyway; which tasks ended is asked while a canary runs alone. */
export async function observeCanary(
	aws: Pick<Aws, 'ecs'>,
	{ name, cluster }: { readonly name: string; readonly cluster: string },
	parameters: readonly Parameter[],
	now: number,
): Promise<CanaryFacts> {
	const rollout = readRollout(valueIn(parameters, canaryParameter(name)));
	if (rollout === null) return NO_CANARY;
	const before = readJudged(valueIn(parameters, canaryEvidenceParameter(name)), rolloutName(rollout));
	const judged = judgeMinutes(before ?? newJudgement(rollout), countsOf(rollout, name, parameters), now);
	return { rollout, judged, crashes: await readCrashes(aws, cluster, rollout.beganAt) };
}

/** For the next run, which goes on from there. Of two at once each writes what follows from the same minutes. */
export async function writeJudged(
	aws: Pick<Aws, 'ssm'>,
	name: string,
	{ judged }: CanaryFacts,
	abortSignal: AbortSignal,
): Promise<void> {
	if (judged === null) return;
	const Value = judgedText(judged);
	const input = { Name: canaryEvidenceParameter(name), Value, Type: 'String', Overwrite: true } as const;
	await aws.ssm.putParameter(input, { abortSignal });
}

/** Also of tasks that have ended. */
function countsOf({ id, activeId }: Rollout, name: string, parameters: readonly Parameter[]): SaidCount[] {
	const begins = (deployment: string) => canaryWordParameter(name, deployment, '');
	return parameters.flatMap(({ name: parameter, value }) => {
		const side = parameter.startsWith(begins(id)) ? 'canary' : parameter.startsWith(begins(activeId)) ? 'active' : null;
		const word = side === null ? null : readCanaryWord(value);
		return side === null || word === null ? [] : [{ side, word }];
	});
}

function valueIn(parameters: readonly Parameter[], name: string): string | undefined {
	return parameters.find((one) => one.name === name)?.value;
}
