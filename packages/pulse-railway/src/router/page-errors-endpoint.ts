import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import { z } from 'zod';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { isDeploymentId } from '../deployments/id.ts';
import { readQuestion } from './internal-question.ts';
import type { PageErrors } from './page-errors.ts';

export interface PageErrorsContext {
	readonly pageErrors: Pick<PageErrors, 'count'>;
	/** `PULSE_RAILWAY_INTERNAL_TOKEN`, which deployments have. Empty: no question is answered. */
	readonly internalToken: string;
}

const question = z.object({
	deployment_id: z.string().refine(isDeploymentId),
	/** Absent: it asks whether it is heard. */
	error: z
		.object({
			cookies: z.string().max(500),
			visitor: z.string().regex(/^[0-9a-f]{32}$/),
			waited_ms: z.int().nonnegative().default(0),
		})
		.optional(),
});

/**
 * A deployment tells of a page that has failed. The token cannot move traffic: its holder can halt a canary, as can each
 * visitor whose pages say that they fail.
 */
export async function pageErrorAnswer(
	request: ClientRequest,
	{ pageErrors, internalToken }: PageErrorsContext,
): Promise<Answer> {
	const { asked, refused } = await readQuestion(request, internalToken, question);
	if (asked === undefined) return refused;
	const { deployment_id: deploymentId, error } = asked;
	try {
		if (error === undefined) return jsonAnswer(200, { counted: false });
		const { cookies, visitor, waited_ms: waitedMs } = error;
		return jsonAnswer(200, { counted: await pageErrors.count({ deploymentId, cookies, visitor, waitedMs }) });
	} catch (cause) {
		if (cause instanceof StoreUnavailableError) return jsonAnswer(503, { detail: 'store unavailable' });
		throw cause;
	}
}
