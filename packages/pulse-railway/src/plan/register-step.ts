import type { Step } from './step.ts';

export function registration(deployment: string, service: string): Step {
	return {
		kind: 'register',
		id: 'register',
		title: `Make ${deployment} known to the router`,
		deployment,
		service,
		undo: { kind: 'remove-record', id: 'undo-register', title: `Forget ${deployment}`, deployment, state: 'pending' },
	};
}
