import type { Tally } from 'pulse-deploy-kit/canary/evidence';
import { objectIn } from 'pulse-deploy-kit/json-object';
import type { JudgedCanary } from './judge-canary.ts';

/** As its parameter holds it. */
export function judgedText({ rollout, until, canary, active, open, evidence, excess }: JudgedCanary): string {
	const side = ({ trials, failures }: Tally) => [trials, failures];
	return JSON.stringify({
		rollout,
		until,
		canary: side(canary),
		active: side(active),
		open: [side(open.canary), side(open.active)],
		evidence,
		excess,
	});
}

/** `null` for anything else, and for that of another rollout: then it begins anew. */
export function readJudged(text: string | undefined, rollout: string): JudgedCanary | null {
	const said = objectIn(text);
	const { until, evidence, excess, open } = said;
	if (said.rollout !== rollout || !Number.isSafeInteger(until) || !isNumber(excess)) return null;
	if (!Array.isArray(evidence) || !evidence.every(isNumber) || !Array.isArray(open)) return null;
	const [canary, active, openCanary, openActive] = [said.canary, said.active, ...(open as unknown[])].map(sideIn);
	if (!canary || !active || !openCanary || !openActive) return null;
	const inOpen = { canary: openCanary, active: openActive };
	return { rollout, until: Number(until), canary, active, open: inOpen, evidence, excess };
}

function sideIn(value: unknown): Tally | null {
	if (!Array.isArray(value) || value.length !== 2) return null;
	const [trials, failures] = value as unknown[];
	const isCount = (one: unknown) => Number.isSafeInteger(one) && Number(one) >= 0;
	return isCount(trials) && isCount(failures) ? { trials: Number(trials), failures: Number(failures) } : null;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
