import { shareText } from 'pulse-deploy-kit/canary/share';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { DeploymentState } from './record.ts';
import { leasedDeployment } from './store.ts';

/** The active deployment takes all new visitors: it can be neither drained by hand, retired, removed nor registered anew. */
export class ActiveDeploymentError extends DeployToolError {
	readonly deploymentId: string;

	constructor(deploymentId: string) {
		super('active-deployment', `deployment '${deploymentId}' is the active one`, {
			fault: 'user',
			next: 'Promote another deployment first: pulse-railway promote --deployment-id <id>',
		});
		this.name = 'ActiveDeploymentError';
		this.deploymentId = deploymentId;
	}
}

/** The deployment exists, but its state does not allow this transition. */
export class DeploymentStateError extends DeployToolError {
	readonly deploymentId: string;
	readonly state: DeploymentState;

	constructor(deploymentId: string, state: DeploymentState, action: string) {
		super('deployment-state', `cannot ${action} deployment '${deploymentId}': it is ${state}`, {
			fault: 'user',
			next: 'See its state: pulse-railway status',
		});
		this.name = 'DeploymentStateError';
		this.deploymentId = deploymentId;
		this.state = state;
	}
}

/** It was halted, ended or made active meanwhile. */
export class CanaryOverError extends DeployToolError {
	constructor(deploymentId: string) {
		super('canary-over', `the canary ${deploymentId} is over`, {
			fault: 'user',
			next: 'See what became of it: pulse-railway history',
		});
		this.name = 'CanaryOverError';
	}
}

/** A smaller share would give visitors back, and no visitor moves twice. */
export class CanaryShareError extends DeployToolError {
	constructor(deploymentId: string, share: number) {
		super('canary-share', `the canary ${deploymentId} has ${shareText(share)} already, and only gets more`, {
			fault: 'user',
			next: 'End it: pulse-railway rollback',
		});
		this.name = 'CanaryShareError';
	}
}

/** People are on it: only an end of the canary lets it go. */
export class CanaryRunsError extends DeployToolError {
	constructor(deploymentId: string, action: string) {
		super('canary-runs', `cannot ${action} deployment '${deploymentId}': it is a canary, and has visitors`, {
			fault: 'user',
			next: `End the canary first: pulse-railway rollback; or move its visitors: pulse-railway recall ${deploymentId}`,
		});
		this.name = 'CanaryRunsError';
	}
}

/** The store changed after the facts were read, so a decision taken from them is void. */
export class StaleFactsError extends DeployToolError {
	constructor(expected: number, actual: number) {
		super('stale-facts', 'the deployments changed while this ran', {
			fault: 'platform',
			detail: `read at revision ${expected}, now at ${actual}`,
			next: 'Run the command again.',
		});
		this.name = 'StaleFactsError';
	}
}

/** What the platform says contradicts itself; acting on it could delete the wrong service. */
export class InconsistentFactsError extends DeployToolError {
	constructor(
		message: string,
		next = 'Correct the variable on Railway, or make a deployment active: pulse-railway promote',
	) {
		super('inconsistent-facts', message, { fault: 'platform', next });
		this.name = 'InconsistentFactsError';
	}
}

/** The grant that a write was made under has expired or been taken over; nothing was written. */
export class LockLostError extends DeployToolError {
	constructor(lock: string, detail = 'it expired before it was renewed, or the store lost its data') {
		const making = leasedDeployment(lock);
		super(
			'lock-lost',
			making === undefined ? `the ${lock} lock was lost` : `the lease of deployment '${making}' was lost`,
			{
				fault: 'platform',
				detail,
				next: 'Run the command again.',
			},
		);
		this.name = 'LockLostError';
	}
}

/** Another command or the janitor holds a lock that excludes this write; nothing was written. */
export class LockHeldError extends DeployToolError {
	readonly owner: string;

	constructor(lock: string, owner: string) {
		const making = leasedDeployment(lock);
		const what = making === undefined ? `the ${lock} lock is held by` : `deployment '${making}' is being made by`;
		super('lock-held', `${what} ${owner}`, {
			fault: 'user',
			next: 'Wait until it is finished, then run the command again.',
		});
		this.name = 'LockHeldError';
		this.owner = owner;
	}
}

/** The backend did not answer within its budget. Nothing is known about the last write. */
export class StoreUnavailableError extends DeployToolError {
	constructor(what: string, cause?: unknown) {
		super('store-unavailable', `deployment store unavailable: ${what}`, {
			fault: 'platform',
			next: 'Check that the Redis service is running, then run the command again.',
			cause,
		});
		this.name = 'StoreUnavailableError';
	}
}
