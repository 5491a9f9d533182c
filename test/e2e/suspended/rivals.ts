import type { CommandResult } from '../../support/command.ts';
import { until } from '../../support/until.ts';
import type { Lane, Stack } from '../faults/lane.ts';
import { deployArguments, inStack } from '../faults/scenario.ts';

/** Another command that comes while the first one sleeps, and what it must leave behind for good. */
export interface Rival {
	readonly name: string;
	/** `null`: there is nothing for it to do. */
	run(lane: Lane, stack: Stack, target: string | null): Promise<RivalResult | null>;
}

export interface RivalResult extends CommandResult {
	/** The deployment that it made active, or kept alive: it stands and answers from here on. */
	readonly stands?: string;
	/** It deleted this one, which nothing may name as active from here on. */
	readonly gone?: string;
}

const GRACE_SECONDS = 2;

/** With a grace that a visitor who keeps coming back never lets pass. */
export function janitorEnv({ janitorEnv }: Stack): Record<string, string> {
	return { ...janitorEnv, PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: String(GRACE_SECONDS) };
}

/** Waits until a janitor would delete it. */
export function pastGrace({ store }: Stack, id: string): Promise<unknown> {
	return until(`the grace of ${id} to pass`, async () => {
		const record = await store.find(id);
		const since = Math.max(record?.drainStartedAt ?? 0, record?.lastSeenAt ?? 0);
		return Date.now() - since > GRACE_SECONDS * 1_000;
	});
}

/** Another person's command, with a lock that is waited for. */
const TERMS = { PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: '3', PULSE_RAILWAY_JANITOR_LOCK_SECONDS: '3' };

const run = (lane: Lane, stack: Stack, args: readonly string[]) => lane.run(args, { ...inStack(stack), ...TERMS });

async function known(stack: Stack, id: string | null): Promise<boolean> {
	return id !== null && (await stack.store.find(id)) !== null;
}

export const DEPLOYS: Rival = {
	name: 'a deploy',
	async run(lane, stack) {
		const ended = await run(lane, stack, deployArguments('source'));
		return { ...ended, ...(ended.code === 0 ? { stands: JSON.parse(ended.stdout).deployment_id as string } : {}) };
	},
};

/** Of the very deployment that the sleeping command makes, deletes or starts anew. */
export const PROMOTES: Rival = {
	name: 'a promotion of the same deployment',
	async run(lane, stack, target) {
		if (target === null || !(await known(stack, target))) return null;
		const ended = await run(lane, stack, ['promote', target, '--yes']);
		return { ...ended, ...(ended.code === 0 ? { stands: target } : {}) };
	},
};

export const ROLLS_BACK: Rival = {
	name: 'a rollback',
	async run(lane, stack) {
		const ended = await run(lane, stack, ['rollback']);
		return { ...ended, ...(ended.code === 0 ? { stands: JSON.parse(ended.stdout).deployment_id as string } : {}) };
	},
};

export const DELETES: Rival = {
	name: 'a deletion of the same deployment',
	async run(lane, stack, target) {
		if (target === null || !(await known(stack, target))) return null;
		const ended = await run(lane, stack, ['delete', target, '--yes']);
		return { ...ended, ...(ended.code === 0 ? { gone: target } : {}) };
	},
};

export const CLEANS: Rival = {
	name: 'a janitor',
	run: (lane, stack) => lane.run(['janitor', 'run'], { ...janitorEnv(stack), ...TERMS }),
};

let grace = 200;

export const UPGRADES: Rival = {
	name: 'an upgrade',
	run: (lane, stack) => run(lane, stack, ['upgrade', 'app.ts', '--drain-grace-seconds', String(++grace), '--yes']),
};
