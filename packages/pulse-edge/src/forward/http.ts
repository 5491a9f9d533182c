import type { ClientRequest, ClientResponse } from '../entry/client-messages.ts';
import { writeAnswer } from '../report/answer.ts';
import { type FailureCause, isOfVersion } from '../report/failures.ts';
import type { RequestFields } from '../report/log.ts';
import { forwardReply } from '../report/pages.ts';
import type { Exchange, ExchangeFailure, UpstreamConnection } from '../upstream/connection.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { ConnectEvents } from '../upstream/pool.ts';
import type { Seat } from '../upstream/seat.ts';
import type { Upstream } from './claim.ts';
import { countFailure, type ForwardContext } from './context.ts';
import { type ForwardRequest, fieldsOf, isIdempotent } from './forward-request.ts';
import { askWhetherGone } from './half-closed.ts';
import { requestLines, responseHeaders, responseLines } from './headers.ts';
import { passInterim } from './interim.ts';
import { type BodyEvents, RequestBody } from './request-body.ts';
import { ResponseBody } from './response-body.ts';
import { countAnswer, countEnd } from './samples.ts';

/** What takes a backend's answer to a request: the exchange itself, or one around it. */
export interface Answers extends Exchange {
	/** It will not come from the backend that is asked now. */
	fail(cause: FailureCause, error: unknown): void;
	/** Always the last event: the response is with the client's kernel, or the client is gone. */
	onClosed(): void;
}

/** One request on its way to a backend and back: streams both ways, holds nothing but what is in transit. */
export class HttpExchange implements Answers, BodyEvents, ConnectEvents {
	readonly #context: ForwardContext;
	readonly #request: ClientRequest;
	readonly #response: ClientResponse;
	readonly #forward: ForwardRequest;
	readonly #answers: Answers;
	readonly #sent: RequestBody | null;
	readonly #repeatable: boolean;
	readonly #started: number;
	#connection: UpstreamConnection | null = null;
	#giveUp: (() => void) | null = null;
	#seat: Seat | null;
	#retried = false;
	#paused = false;
	#done = false;
	#body: ResponseBody | null = null;
	#bytes = 0;
	/** The deployment that is asked now. */
	upstream: Upstream;
	lastProgress: number;

	/** `around`: takes the answer in place of this one, and passes on what is for the client. */
	constructor(context: ForwardContext, forward: ForwardRequest, around?: Answers) {
		this.#context = context;
		this.#request = forward.request;
		this.#response = forward.response;
		this.#forward = forward;
		this.#answers = around ?? this;
		this.upstream = forward.upstream;
		this.#seat = forward.seat ?? null;
		this.#sent = RequestBody.of(forward.request, forward.head, context.uploads, this);
		this.#repeatable = this.#sent === null && isIdempotent(forward.request.method!);
		this.lastProgress = context.tick;
		this.#started = context.log.access === 'all' ? performance.now() : 0;
	}

	start() {
		this.#context.exchanges.add(this);
		this.#response.on('close', () => this.#answers.onClosed());
		if (this.#sent === null) this.#dispatch();
		else this.#sent.start();
	}

	onBodyReady() {
		if (!this.#done) this.#dispatch();
	}

	onBodyBytes(bytes: number) {
		this.moved();
		this.upstream.bytesIn += bytes;
	}

	/** Another deployment, in place of the one before, which was let go. */
	ask(upstream: Upstream) {
		this.upstream = upstream;
		this.#seat = this.#context.replicas.anyOf(upstream.serviceName);
		this.#retried = false;
		this.#dispatch();
	}

	#dispatch() {
		const reuse = this.#retried ? 'none' : this.#repeatable ? 'any' : 'just-used';
		this.#giveUp = this.#context.pool.connect(this.#seat?.place ?? this.upstream.serviceName, reuse, this);
	}

	onConnection(connection: UpstreamConnection) {
		this.#giveUp = null;
		this.#connection = connection;
		const { method, socket } = this.#request;
		const { head, target, requestId } = this.#forward;
		const lines = requestLines(head, socket.remoteAddress ?? '', requestId);
		connection.start(
			this.#answers,
			`${method} ${target.forward} HTTP/1.1\r\n${this.#seat?.line ?? ''}${lines}`,
			method === 'HEAD',
			this.#sent !== null,
		);
		this.#sent?.send(connection, this.#answers);
	}

	/** By the backend, or for want of a place. */
	onRefused(failure: FailureCause, cause: unknown) {
		this.#giveUp = null;
		const moved = this.#seat?.move(failure, cause);
		if (moved === 'moved') return this.#dispatch();
		this.#answers.fail(moved === 'gone' ? 'replica-gone' : failure, cause);
	}

	onInformational(status: number, reason: string, headers: readonly string[]) {
		passInterim(this.#response, this.#forward.head, { status, reason, headers });
	}

	onHead(head: ResponseHead) {
		this.moved();
		const { edits } = this.#forward;
		const given = edits === null ? head.headers : edits.headersOf(head, this.upstream.id);
		// A client that still waits to be asked for its body cannot be expected to send it any more.
		if (this.#context.draining || (this.#forward.head.expectsContinue && !this.#request.complete))
			this.#response.shouldKeepAlive = false;
		const headers = responseHeaders(head, given, this.upstream.id, this.#forward.head, this.#request, edits);
		this.#body = new ResponseBody(this.#response, head, headers);
	}

	/** By far the most responses: small, of known length, in one read. They leave in one write. */
	onWhole(head: ResponseHead, body: string): boolean {
		if (this.#context.draining || this.#forward.head.expectsContinue) return false;
		const { edits } = this.#forward;
		const headers = edits === null ? head.headers : edits.headersOf(head, this.upstream.id);
		const passed = edits === null ? body : edits.bodyOf(headers, body);
		const lines = responseLines(headers, this.upstream.id, this.#forward.head, edits);
		if (!this.#response.sendWhole(head.status, `HTTP/1.1 ${head.status} ${head.reason}\r\n${lines}\r\n${passed}`))
			return false;
		this.#done = true;
		this.#bytes = body.length;
		this.upstream.bytesOut += body.length;
		countAnswer(this.upstream, this.#forward.sample, head.status);
		return true;
	}

	onBody(chunk: Buffer) {
		this.moved();
		this.#bytes += chunk.length;
		this.upstream.bytesOut += chunk.length;
		this.#body!.write(chunk);
	}

	onComplete(trailers: readonly string[]) {
		this.#done = true;
		this.#body!.end(trailers);
		countAnswer(this.upstream, this.#forward.sample, this.#response.statusCode);
	}

	onReadEnd() {
		if (!this.#done && this.#body?.flush() === false) this.#pause();
	}

	onDrain() {
		this.#request.resume();
	}

	onFailure(failure: ExchangeFailure, untouched: boolean) {
		this.#connection = null;
		if (untouched && failure === 'closed-early' && this.#repeatable && !this.#retried) {
			this.#retried = true;
			return this.#dispatch();
		}
		this.#answers.fail(failure, null);
	}

	/** A byte did, one way or the other. */
	moved() {
		this.lastProgress = this.#context.tick;
	}

	/** The idle sweep found no byte moving in either direction for too long. */
	expire() {
		const stuck = this.#response.headersSent ? this.#response.socket : null;
		const slow = this.#sent?.awaited === true;
		// What is left of the body is not worth a connection.
		if (slow) this.#response.shouldKeepAlive = false;
		this.#answers.fail(slow ? 'request-timeout' : 'response-timeout', null);
		// A client that does not read would never let the rest go out.
		stuck?.destroy();
	}

	askClient() {
		askWhetherGone(this.#request.socket, this.#context.nodeInternals);
	}

	#pause() {
		if (this.#paused) return;
		this.#paused = true;
		this.#connection?.pause();
		this.#response.once('drain', () => {
			this.#paused = false;
			// A finished connection may be serving another exchange by now.
			if (!this.#done) this.#connection?.resume();
		});
	}

	fail(cause: FailureCause, error: unknown) {
		if (this.#done) return;
		this.#done = true;
		this.#sent?.end();
		this.release();
		countFailure(this.upstream.failures, cause);
		if (isOfVersion(cause) && !(cause === 'response-timeout' && this.#paused)) countEnd(this.#forward.sample, true);
		this.#context.log.failed(cause, this.#fields(), error);
		if (this.#body?.begun) this.#body.cutShort();
		else writeAnswer(this.#response, forwardReply(this.#forward, cause));
	}

	onClosed() {
		if (!this.#done) {
			this.#done = true;
			countFailure(this.upstream.failures, 'client-gone');
			this.#context.log.failed('client-gone', this.#fields(), null);
		}
		this.release();
		this.#context.exchanges.delete(this);
		this.#context.upstreams.releaseRequest(this.#forward.upstream);
		this.#sent?.end();
		if (this.#context.log.access === 'all') {
			const ms = Math.round(performance.now() - this.#started);
			this.#context.log.served({ ...this.#fields(), status: this.#response.statusCode, bytes: this.#bytes, ms });
		}
	}

	/** Lets go of the backend, unless it has already let go of us. */
	release() {
		this.#giveUp?.();
		this.#giveUp = null;
		const connection = this.#connection;
		this.#connection = null;
		connection?.abandon(this.#answers);
	}

	#fields(): RequestFields {
		return fieldsOf(this.#forward, this.upstream);
	}
}
