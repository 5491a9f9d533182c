import type { ReloadTold } from '../backends/backends.ts';
import type { Step } from '../plan/step.ts';
import { RELOAD_MS } from '../stack/windows.ts';
import type { Perform } from './performers.ts';
import { routerOf } from './run.ts';
import { underLock } from './under-lock.ts';

export function retireStep(deployment: string): Step {
	const title = `Stop routing to ${deployment} and tell its browsers to reload`;
	return { kind: 'retire', id: 'retire', title, deployment };
}

export const retire: Perform<'retire'> = async (step, run, signal) => {
	await underLock(run, 'retire', { id: step.deployment }, signal);
	// Courtesy only, and unknown to older routers: a stale socket reloads its page anyway.
	const answer: ReloadTold = await routerOf(run)
		.control('reload', { id: step.deployment, within: 0 }, signal)
		.catch(() => ({ told: 0, overInMs: 0 }));
	signal.throwIfAborted();
	const { told } = answer;
	if (told === 0) return undefined;
	// An older router does not say how long its app takes.
	await run.ports.clock.sleep((answer.overInMs ?? 0) + RELOAD_MS, signal);
	return `${told} browser(s) told to reload`;
};
