import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import { z } from 'zod';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { isDeploymentId } from '../deployments/id.ts';
import { NEWEST_ASK_MS, NEWEST_LEASE_MS, NEWEST_WAIT_MS } from '../deployments/newest.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { readQuestion } from './internal-question.ts';

export interface NewestContext {
	readonly store: Pick<DeploymentStore, 'newest' | 'releaseNewest'>;
	/** `PULSE_RAILWAY_INTERNAL_TOKEN`, which deployments have. Empty: no process is answered. */
	readonly internalToken: string;
	/** Who is active, as this router remembers it. */
	readonly remembered: string | null;
}

const question = z.object({
	deployment_id: z.string().refine(isDeploymentId),
	token: z.string().regex(/^[0-9a-f]{32}$/),
	owner: z.string().max(200).default('unknown'),
	release: z.boolean().default(false),
});

/**
 * Answers a process that asks whether it is the one for `app.whenNewest`, or gives that back. The token cannot move traffic:
 * its holder can keep such work from running, and run it, which each deployment of the app can anyway.
 */
export async function newestAnswer(request: ClientRequest, context: NewestContext): Promise<Answer> {
	const { store, internalToken, remembered } = context;
	const { asked, refused } = await readQuestion(request, internalToken, question);
	if (asked === undefined) return refused;
	const { deployment_id: id, token, owner, release } = asked;
	try {
		if (release) return jsonAnswer(200, { released: await store.releaseNewest(token) });
		const answer = await store.newest({ id, owner, token, ttlMs: NEWEST_LEASE_MS, remembered });
		const waits = answer.newest && !answer.held;
		const times = { for_ms: answer.held ? NEWEST_LEASE_MS : 0, ask_in_ms: waits ? NEWEST_WAIT_MS : NEWEST_ASK_MS };
		return jsonAnswer(200, { ...answer, ...times });
	} catch (error) {
		if (error instanceof StoreUnavailableError) return jsonAnswer(503, { detail: 'store unavailable' });
		throw error;
	}
}
