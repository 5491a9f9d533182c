import { Agreement } from 'pulse-deploy-kit/plan/agreement';
import type { Session } from '../adapters/session.ts';

/** An answer within this time finds the deploy lock still held; after it other commands go first. */
const QUICK_MS = 10_000;

export function agreementOf({ host, clock, signal }: Session): Agreement {
	return new Agreement({ host, clock, signal, quickMs: QUICK_MS, heading: 'Plan' });
}
