import type { ClientRequest, ClientResponse } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import type { RequestFields } from '../report/log.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { Seat } from '../upstream/seat.ts';
import type { Upstream } from './claim.ts';
import type { Sample } from './samples.ts';

/** What the edge has to say in the answers of a container app. */
export interface AnswerEdits {
	/** Headers as they go on, for those that this deployment answered; the same ones where none comes or goes. */
	headersOf(head: ResponseHead, deploymentId: string): string[];
	/** What goes on as the value of one of these; asked for each that does, in their order. */
	valueOf(name: string, value: string): string;
	/** What a cache is told of the request in `Vary` beside these headers; `''` for nothing. Known once each was asked for. */
	readonly varies: string;
	/** A body that is here whole, after its headers, in which its length is put where it changes. */
	bodyOf(headers: string[], body: string): string;
}

/** A request that is resolved and claimed. */
export interface ForwardRequest {
	readonly request: ClientRequest;
	readonly response: ClientResponse;
	readonly head: RequestHead;
	readonly target: RequestTarget;
	readonly upstream: Upstream;
	/** Absent, `null`: wherever its deployment's name leads. */
	readonly seat?: Seat | null;
	readonly requestId: string;
	/** `null` for a Pulse app. */
	readonly edits: AnswerEdits | null;
	/** Where its end is counted; `null` where nothing is compared. */
	readonly sample: Sample | null;
}

/** What the log says of it. */
export function fieldsOf(
	{ request, target, requestId }: Pick<ForwardRequest, 'request' | 'target' | 'requestId'>,
	{ id }: Upstream,
): RequestFields {
	return { request: requestId, method: request.method!, path: target.path, deployment: id };
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** May be sent again when a kept connection turns out dead (RFC 9110 §9.2.2). */
export function isIdempotent(method: string): boolean {
	return IDEMPOTENT.has(method);
}
