import type { OnReadOpts, Socket } from 'node:net';
import { reloadsOnStale } from '../decide/affinity.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { readInto, readsInto } from '../node/own-reads.ts';
import { SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import { failureAnswer, linger, writeRawAnswer } from '../report/answer.ts';
import { type FailureCause, isOfVersion } from '../report/failures.ts';
import type { RequestFields } from '../report/log.ts';
import { staleAnswer } from '../report/stale.ts';
import { dial } from '../upstream/dial.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import { type ResponseEvents, ResponseParser } from '../upstream/parse-response.ts';
import type { Seat } from '../upstream/seat.ts';
import type { Upstream } from './claim.ts';
import { countFailure, type ForwardContext } from './context.ts';
import { handshakeLines, interimLines, responseLines } from './headers.ts';
import { countAnswer, countEnd, type Sample } from './samples.ts';
import { Tunnel } from './tunnel.ts';

export interface HandshakeRequest {
	readonly client: Socket;
	/** What the client sent behind its handshake. */
	readonly early: Buffer;
	readonly head: RequestHead;
	readonly target: RequestTarget;
	readonly upstream: Upstream;
	readonly seat: Seat | null;
	readonly fields: RequestFields;
	/** Where its end is counted; `null` where nothing is compared. */
	readonly sample: Sample | null;
}

/** Where a backend socket's reads go. It outlives the handshake, and must not keep it alive. */
class Feed {
	sink: ((chunk: Buffer) => void) | null = null;

	onread(): OnReadOpts {
		return readsInto((chunk) => this.sink?.(chunk));
	}
}

/**
 * Dials the backend, passes the handshake on and answers the client only with what the backend answered. After a 101
 * both sockets belong to a tunnel, and nothing of the handshake is kept: an idle websocket has to be cheap.
 */
export class WebSocketHandshake implements ResponseEvents {
	readonly #context: ForwardContext;
	readonly #request: HandshakeRequest;
	readonly #parser = new ResponseParser(this);
	readonly #feed = new Feed();
	readonly #onClientGone = () => this.#fail('client-gone', null);
	#backend: Socket | null = null;
	#chunked = false;
	#answered = false;
	/** What one read brought of a refusal: it leaves in one write, or not at all when the rest of that read is no answer. */
	#text = '';
	#sent = false;
	#over = false;
	#giveUp: () => void = () => {};
	#timer: NodeJS.Timeout | null = null;

	constructor(context: ForwardContext, request: HandshakeRequest) {
		this.#context = context;
		this.#request = request;
	}

	start(): void {
		const { client } = this.#request;
		client.on('error', this.#onClientGone);
		client.on('close', this.#onClientGone);
		this.#feed.sink = (chunk) => this.#onBackendData(chunk);
		this.#dial();
	}

	#dial(): void {
		const { upstream, seat } = this.#request;
		this.#giveUp = dial(this.#context.dial, seat?.place ?? upstream.serviceName, this.#feed.onread(), {
			onConnected: (backend) => this.#onConnected(backend),
			onFailed: (failure, cause) => this.#onRefused(failure, cause),
		});
	}

	/** A page whose replica is gone hears it from another one, which then has it load anew (contract R3.2). */
	#onRefused(failure: FailureCause, cause: unknown): void {
		const { seat, target } = this.#request;
		const moved = seat?.move(failure, cause, reloadsOnStale(target.query));
		if (moved === 'moved') this.#dial();
		else this.#fail(moved === 'gone' ? 'replica-gone' : failure, cause);
	}

	#onConnected(backend: Socket): void {
		this.#backend = backend;
		const { client, head, target, fields } = this.#request;
		backend.on('error', ignore);
		backend.on('close', this.#onBackendClosed);
		backend.on('end', this.#onBackendClosed);
		this.#timer = setTimeout(() => this.#fail('response-timeout', null), this.#context.dial.connectTimeoutMs);
		this.#parser.begin(false, true);
		const lines = handshakeLines(head, client.remoteAddress ?? '', fields.request);
		backend.write(`GET ${target.forward} HTTP/1.1\r\n${lines}`, 'latin1');
	}

	/** A reset is never the end of a refusal whose body lasts until the connection ends. */
	readonly #onBackendClosed = (reset?: boolean) => {
		if (this.#answered && reset !== true && this.#parser.finish()) return;
		this.#fail('closed-early', null);
	};

	#onBackendData(chunk: Buffer): void {
		if (this.#over) return;
		if (!this.#parser.execute(chunk)) this.#fail('bad-response', null);
		else if (this.#text !== '') this.#send();
	}

	#send(): void {
		const { client } = this.#request;
		client.write(this.#text, 'latin1');
		this.#text = '';
		this.#sent = true;
		if (!client.writableNeedDrain || this.#backend?.isPaused()) return;
		this.#backend?.pause();
		client.once('drain', () => this.#backend?.resume());
	}

	onInformational(): void {}

	/** The switch: `rest` is already of the new protocol. */
	onUpgrade(head: ResponseHead, rest: Buffer): void {
		if (this.#over || this.#backend === null) return;
		const { client, early, upstream, sample } = this.#request;
		const backend = this.#backend;
		this.#detach();
		const tunnel = new Tunnel({ client, backend, upstream, sample }, this.#context);
		countEnd(sample, false);
		this.#feed.sink = (chunk) => tunnel.onBackendData(chunk);
		const lines = `${interimLines(head.headers)}${SELECTED_DEPLOYMENT_HEADER}: ${upstream.id}\r\n`;
		client.write(`${statusLine(head)}Connection: Upgrade\r\nUpgrade: websocket\r\n${lines}\r\n`, 'latin1');
		if (early.length > 0) tunnel.onClientData(early);
		const ahead = readInto(client, (chunk) => tunnel.onClientData(chunk), this.#context.nodeInternals);
		if (ahead !== null) tunnel.onClientData(ahead);
		if (rest.length > 0) tunnel.onBackendData(rest);
	}

	/** The backend refused: its status and body are the client's answer. */
	onHead(head: ResponseHead): void {
		this.#answered = true;
		countAnswer(this.#request.upstream, this.#request.sample, head.status);
		this.#chunked = head.chunked;
		const framing = head.chunked ? 'Transfer-Encoding: chunked\r\n' : '';
		const lines = responseLines(head.headers, this.#request.upstream.id, this.#request.head);
		this.#text = `${statusLine(head)}Connection: close\r\n${framing}${lines}\r\n`;
	}

	onBody(chunk: Buffer): void {
		const bytes = chunk.toString('latin1', 0, chunk.length);
		this.#text += this.#chunked ? `${chunk.length.toString(16)}\r\n${bytes}\r\n` : bytes;
	}

	onComplete(): void {
		const { client } = this.#request;
		this.#detach();
		this.#backend?.destroy();
		client.on('error', ignore);
		client.end(`${this.#text}${this.#chunked ? '0\r\n\r\n' : ''}`, 'latin1');
		linger(client, this.#context.dial.connectTimeoutMs);
		this.#context.upstreams.releaseSocket(this.#request.upstream);
	}

	#fail(cause: FailureCause, error: unknown): void {
		if (this.#over) return;
		const { client, upstream, fields } = this.#request;
		this.#detach();
		this.#giveUp();
		this.#backend?.destroy();
		client.on('error', ignore);
		if (cause === 'client-gone') client.destroy();
		// Anything milder would look like the end of a body without length.
		else if (this.#sent) client.resetAndDestroy();
		else if (cause === 'replica-gone') writeRawAnswer(client, staleAnswer('GET', this.#request.head));
		else writeRawAnswer(client, failureAnswer(cause));
		countFailure(upstream.failures, cause);
		if (isOfVersion(cause) && !this.#answered) countEnd(this.#request.sample, true);
		this.#context.log.failed(cause, fields, error);
		this.#context.upstreams.releaseSocket(upstream);
	}

	/** Ends this handshake's part in either socket. */
	#detach(): void {
		this.#over = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		const { client } = this.#request;
		for (const event of ['error', 'close']) client.off(event, this.#onClientGone);
		this.#feed.sink = null;
		this.#backend?.off('close', this.#onBackendClosed);
		this.#backend?.off('end', this.#onBackendClosed);
	}
}

/** Not a closure: it stays with the socket, and a closure would keep the handshake. What went wrong is told by `close`. */
function ignore(): void {}

function statusLine({ status, reason }: ResponseHead): string {
	return `HTTP/1.1 ${status} ${reason}\r\n`;
}
