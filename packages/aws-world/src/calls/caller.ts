import { AsyncLocalStorage } from 'node:async_hooks';

const callers = new AsyncLocalStorage<string>();

/** Whose credentials the calls within `work` are made with; the operator's unless told. */
export function callAs<T>(caller: string, work: () => T): T {
	return callers.run(caller, work);
}

export function callerOf(account: string): string {
	return callers.getStore() ?? `arn:aws:iam::${account}:user/operator`;
}

/** Credentials of a task: ECS names their session after it. */
export function taskCaller(account: string, taskId: string): string {
	return `arn:aws:sts::${account}:assumed-role/task/${taskId}`;
}
