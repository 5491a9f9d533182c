import type { AskedOnce } from 'pulse-deploy-kit/asked-once';
import { looking, type Session } from '../adapters/session.ts';
import type { TaskWords } from '../plan/in-use.ts';
import type { Fleet } from '../plan/observation.ts';
import { type Parameter, readParameters } from '../platform/parameters.ts';
import { canaryEvidenceParameter } from '../protocol.ts';
import type { JudgedCanary } from '../reaper/judge-canary.ts';
import { readJudged } from '../reaper/judged-text.ts';
import { readTaskWords } from '../stack/task-words.ts';
import { rolloutName } from '../task/rollout.ts';

export interface People {
	readonly words: TaskWords;
	/** What the reaper has made of the counts of a canary that runs. */
	readonly judged: JudgedCanary | null;
}

/** What stands below the app of those who use it. */
export async function readPeople(
	session: Session,
	{ name, cluster, fleet }: { readonly name: string; readonly cluster: string; readonly fleet: Fleet },
	parameters: AskedOnce<readonly Parameter[]>,
): Promise<People> {
	const reading = parameters.read(() => readParameters(looking(session), name));
	const drains = fleet.deployments.some(({ state, desired }) => state === 'draining' && desired > 0);
	const [words, said] = await Promise.all([readTaskWords(session, { name, cluster, drains }, reading), reading]);
	const evidence = said.find((one) => one.name === canaryEvidenceParameter(name))?.value;
	return { words, judged: fleet.rollout == null ? null : readJudged(evidence, rolloutName(fleet.rollout)) };
}
