import type { ClientRequest, ClientResponse } from '../entry/client-messages.ts';
import { writeAnswer } from '../report/answer.ts';
import type { FailureCause } from '../report/failures.ts';
import type { RequestFields } from '../report/log.ts';
import { failureReply } from '../report/pages.ts';
import type { Exchange, ExchangeFailure, UpstreamConnection } from '../upstream/connection.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { ConnectEvents } from '../upstream/pool.ts';
import type { AssetSearch } from './asset-search.ts';
import type { Upstream } from './claim.ts';
import { countFailure, type ForwardContext } from './context.ts';
import { type ForwardRequest, fieldsOf, isIdempotent } from './forward-request.ts';
import { askWhetherGone } from './half-closed.ts';
import { requestLines, responseHeaders, responseLines } from './headers.ts';
import { passInterim } from './interim.ts';
import { type BodyEvents, RequestBody } from './request-body.ts';
import { ResponseBody } from './response-body.ts';

/** One request on its way to a backend and back: streams both ways, holds nothing but what is in transit. */
export class HttpExchange implements Exchange, BodyEvents, ConnectEvents {
	readonly #context: ForwardContext;
	readonly #request: ClientRequest;
	readonly #response: ClientResponse;
	readonly #forward: ForwardRequest;
	readonly #search: AssetSearch | null;
	readonly #sent: RequestBody | null;
	readonly #repeatable: boolean;
	readonly #started: number;
	#connection: UpstreamConnection | null = null;
	#giveUp: (() => void) | null = null;
	#retried = false;
	#paused = false;
	#done = false;
	#body: ResponseBody | null = null;
	#bytes = 0;
	lastProgress: number;

	constructor(context: ForwardContext, forward: ForwardRequest) {
		this.#context = context;
		this.#request = forward.request;
		this.#response = forward.response;
		this.#forward = forward;
		this.#search = forward.search;
		this.#sent = RequestBody.of(forward.request, forward.head, context.uploads, this);
		this.#repeatable = this.#sent === null && isIdempotent(forward.request.method!);
		this.lastProgress = context.tick;
		this.#started = context.log.access === 'all' ? performance.now() : 0;
	}

	start() {
		this.#context.exchanges.add(this);
		this.#response.on('close', () => this.#onClosed());
		if (this.#sent === null) this.#dispatch();
		else this.#sent.start();
	}

	onBodyReady() {
		if (!this.#done) this.#dispatch();
	}

	onBodyBytes(bytes: number) {
		this.lastProgress = this.#context.tick;
		this.#upstream.bytesIn += bytes;
	}

	#dispatch() {
		const reuse = this.#retried ? 'none' : this.#repeatable ? 'any' : 'just-used';
		this.#giveUp = this.#context.pool.connect(this.#upstream.serviceName, reuse, this);
	}

	onConnection(connection: UpstreamConnection) {
		this.#giveUp = null;
		this.#connection = connection;
		const { method, socket } = this.#request;
		const { head, target, requestId } = this.#forward;
		const lines = requestLines(head, socket.remoteAddress ?? '', requestId);
		connection.start(this, `${method} ${target.forward} HTTP/1.1\r\n${lines}`, method === 'HEAD', this.#sent !== null);
		this.#sent?.send(connection, this);
	}

	/** By the backend, or for want of a place. */
	onRefused(failure: FailureCause, cause: unknown) {
		this.#giveUp = null;
		this.#failed(failure, cause);
	}

	onInformational(status: number, reason: string, headers: readonly string[]) {
		passInterim(this.#response, this.#forward.head, { status, reason, headers });
	}

	onHead(head: ResponseHead) {
		this.lastProgress = this.#context.tick;
		if (this.#search?.holds(head, this.#upstream.id)) return;
		this.#take(head, this.#upstream.id);
	}

	/** What answers the request, from this deployment. */
	#take(head: ResponseHead, deploymentId: string) {
		// A client that still waits to be asked for its body cannot be expected to send it any more.
		if (this.#context.draining || (this.#forward.head.expectsContinue && !this.#request.complete))
			this.#response.shouldKeepAlive = false;
		const headers = responseHeaders(head, deploymentId, this.#forward.head, this.#request);
		this.#body = new ResponseBody(this.#response, head, headers);
	}

	/** By far the most responses: small, of known length, in one read. They leave in one write. */
	onWhole(head: ResponseHead, body: string): boolean {
		if (this.#search?.minds(head) || this.#context.draining || this.#forward.head.expectsContinue) return false;
		const lines = responseLines(head.headers, this.#upstream.id, this.#forward.head);
		if (!this.#response.sendWhole(head.status, `HTTP/1.1 ${head.status} ${head.reason}\r\n${lines}\r\n${body}`))
			return false;
		this.#done = true;
		this.#bytes = body.length;
		this.#upstream.bytesOut += body.length;
		return true;
	}

	onBody(chunk: Buffer) {
		this.lastProgress = this.#context.tick;
		if (this.#search?.holding) {
			if (this.#search.keep(chunk)) return;
			if (this.#search.searching) return this.#searchOn(this.#search);
			this.#giveFirst(this.#search);
		}
		this.#bytes += chunk.length;
		this.#upstream.bytesOut += chunk.length;
		this.#body!.write(chunk);
	}

	onComplete(trailers: readonly string[]) {
		if (this.#search?.holding) return this.#searchOn(this.#search);
		this.#done = true;
		this.#body!.end(trailers);
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
		this.#failed(failure, null);
	}

	/** The idle sweep found no byte moving in either direction for too long. */
	expire() {
		const stuck = this.#response.headersSent ? this.#response.socket : null;
		const slow = this.#sent?.awaited === true;
		// What is left of the body is not worth a connection.
		if (slow) this.#response.shouldKeepAlive = false;
		this.#failed(slow ? 'request-timeout' : 'response-timeout', null);
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
			// A finished connection may be serving somebody else by now.
			if (!this.#done) this.#connection?.resume();
		});
	}

	#failed(cause: FailureCause, error: unknown) {
		if (this.#done) return;
		if (this.#search?.holding && this.#search.searching) {
			this.#search.failed();
			return this.#searchOn(this.#search);
		}
		this.#done = true;
		this.#sent?.end();
		this.#release();
		countFailure(this.#upstream.failures, cause);
		this.#context.log.failed(cause, this.#fields(), error);
		if (this.#body?.begun) this.#body.cutShort();
		else writeAnswer(this.#response, failureReply(this.#request, cause));
	}

	/** Asks the next deployment for an asset that this one lacks, or hands out the first answer after all. */
	#searchOn(search: AssetSearch) {
		this.#release();
		if (search.next(() => this.#searchOn(search)) !== null) {
			this.#retried = false;
			return this.#dispatch();
		}
		this.#done = true;
		this.#giveFirst(search);
		this.#body!.end([]);
	}

	#giveFirst(search: AssetSearch) {
		const { head, deploymentId, body } = search.firstAnswer();
		this.#take(head, deploymentId);
		this.#bytes += body.length;
		this.#body!.write(body);
	}

	/** Always the last event: the response is with the client's kernel, or the client is gone. */
	#onClosed() {
		if (!this.#done) {
			this.#done = true;
			countFailure(this.#upstream.failures, 'client-gone');
			this.#context.log.failed('client-gone', this.#fields(), null);
		}
		this.#release();
		this.#context.exchanges.delete(this);
		this.#context.upstreams.releaseRequest(this.#forward.upstream);
		this.#sent?.end();
		if (this.#context.log.access === 'all') {
			const ms = Math.round(performance.now() - this.#started);
			this.#context.log.served({ ...this.#fields(), status: this.#response.statusCode, bytes: this.#bytes, ms });
		}
		this.#search?.stop();
	}

	/** Lets go of the backend, unless it has already let go of us. */
	#release() {
		this.#giveUp?.();
		this.#giveUp = null;
		const connection = this.#connection;
		this.#connection = null;
		connection?.abandon(this);
	}

	/** Who is asked now: at first the deployment that was claimed. */
	get #upstream(): Upstream {
		return this.#search?.asked ?? this.#forward.upstream;
	}

	#fields(): RequestFields {
		return fieldsOf(this.#forward, this.#upstream);
	}
}
