import { isDeployToolError } from 'pulse-deploy-kit/errors';
import { StopSwitch } from 'pulse-deploy-kit/supersede/stop-switch';
import type { HeldLock } from '../control/hold-lock.ts';
import type { Beside } from './deploy-beside.ts';
import type { OpenStack } from './open-stack.ts';

/** A build costs money, and a runner, for as long. */
const ASK_MS = 3_000;

export interface SupersededWatch {
	/** Aborts with the error `superseded`. */
	readonly signal: AbortSignal;
	/** It goes its way from now on. @param by as was seen under the deploy lock @throws DeployToolError `superseded` */
	settle(by: string | undefined): void;
	end(): void;
}

/** Asks the router whether a later deploy takes the place of this one. One that cannot be asked has said nothing. */
export function watchSuperseded(
	{ router, lock: { clock } }: OpenStack,
	{ deploymentId: id, lane }: Pick<Beside, 'deploymentId' | 'lane'>,
	lease: HeldLock,
): SupersededWatch {
	const stop = new StopSwitch(id);
	const ended = new AbortController();
	const signal = AbortSignal.any([lease.signal, ended.signal]);
	const ask = async () => {
		for (;;) {
			await clock.sleep(ASK_MS, signal);
			try {
				stop.hear(await router.control('superseded', { id }, signal));
			} catch (error) {
				// A router of before never will.
				if (isDeployToolError(error) && error.code === 'usage') return;
			}
		}
	};
	if (lane !== undefined) ask().catch(() => {});
	return {
		signal: stop.signal,
		settle(by) {
			stop.hear(by);
			stop.settle();
			ended.abort();
		},
		end: () => ended.abort(),
	};
}
