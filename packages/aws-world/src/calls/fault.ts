import { AwsError } from '../errors.ts';
import type { CallName } from './handlers.ts';

/**
 * What goes wrong, as the caller sees it after the SDK's own retries. `timeout` loses the request, `lost-answer` loses
 * the answer of a call that worked. `kill-before` and `kill-after` end the caller: it never gets an answer again.
 */
export type FaultKind =
	| 'throttling'
	| 'access-denied'
	| 'service-error'
	| 'timeout'
	| 'lost-answer'
	| 'kill-before'
	| 'kill-after';

export interface Fault {
	/** `*` counts all calls of this caller together. */
	readonly call: CallName | '*';
	/** The first is 1. */
	readonly nth: number;
	/** How many matching calls in a row, default 1. */
	readonly times?: number;
	readonly kind: FaultKind;
}

/** Query services answer with short codes, JSON services with the exception's name. */
const SHORT_CODES = new Set(['elb', 'cloudformation', 'sts', 'route53', 'iam', 'cloudwatch']);

export function errorOf(kind: FaultKind, call: CallName): AwsError {
	const service = call.split('.')[0] ?? '';
	const code = (name: string) => (SHORT_CODES.has(service) ? name : `${name}Exception`);
	switch (kind) {
		case 'throttling':
			return new AwsError(code('Throttling'), 'Rate exceeded', 400);
		case 'access-denied':
			return new AwsError(code('AccessDenied'), `User is not authorized to perform: ${call}`, 403);
		case 'service-error':
			return new AwsError(service === 'ecs' ? 'ServerException' : 'InternalFailure', 'Service Unavailable', 500);
		default:
			return new AwsError('TimeoutError', 'Connection timed out', null);
	}
}

/** Pure: does this fault hit a call that is the `count`-th of its name and the `total`-th of all? */
export function hits(fault: Fault, call: CallName, count: number, total: number): boolean {
	const position = fault.call === '*' ? total : fault.call === call ? count : 0;
	return position >= fault.nth && position < fault.nth + (fault.times ?? 1);
}
