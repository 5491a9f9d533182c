import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { ControlParams, ControlResult } from '../control/methods.ts';
import { type Run, routerOf } from './run.ts';

type UnderLock =
	| 'register'
	| 'promote'
	| 'reconcile'
	| 'depart'
	| 'retire'
	| 'remove'
	| 'canary.begin'
	| 'canary.widen'
	| 'canary.end'
	| 'preview.begin'
	| 'supersede';

/** The store refuses a grant that lapsed, also one that no other got: then the lock is taken again, once. */
export async function underLock<Method extends UnderLock>(
	run: Run,
	method: Method,
	params: ControlParams<Method>,
	signal: AbortSignal,
): Promise<ControlResult<Method>> {
	const { lock } = run;
	const ask = (withGrant: ControlParams<Method>) =>
		routerOf(run).control(method, withGrant, signal) as Promise<ControlResult<Method>>;
	if (lock === undefined) return ask(params);
	const call = async () => {
		await lock.confirm();
		return ask({ ...params, lock: lock.grant });
	};
	return call().catch((error: unknown) => {
		if (!isDeployToolError(error) || error.code !== 'lock-lost' || lock.lost.aborted) throw error;
		return call();
	});
}
