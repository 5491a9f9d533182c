import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { shareText } from 'pulse-deploy-kit/canary/share';
import { isDeployToolError } from 'pulse-deploy-kit/errors';
import { boundedProvenance, type Provenance } from 'pulse-deploy-kit/history/provenance';
import { NotCommittedError } from 'pulse-deploy-kit/plan/guard';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { underLock } from './under-lock.ts';

export function beginCanaryStep(deployment: string, terms: CanaryTerms, provenance?: Provenance): Step {
	return {
		kind: 'begin-canary',
		id: 'begin-canary',
		title: `Send ${shareText(terms.share)} of new visitors to ${deployment}`,
		deployment,
		terms,
		...(provenance === undefined ? {} : { provenance }),
		commitPoint: true,
		uninterruptible: true,
	};
}

/** The commit point of a canary. Whether a request without an answer was carried out is not known, so then nothing is undone. */
export const beginCanary: Perform<'begin-canary'> = async ({ deployment: id, terms, provenance = {} }, run, signal) => {
	const params = { id, terms: { ...terms, next: [...terms.next] }, provenance: boundedProvenance(provenance) };
	await underLock(run, 'canary.begin', params, signal).catch((error: unknown) => {
		throw isDeployToolError(error) && error.code !== 'control-unreachable' ? new NotCommittedError(error) : error;
	});
	return undefined;
};
