import type { OnReadOpts, Socket } from 'node:net';
import { readsInto } from '../node/own-reads.ts';
import type { ResponseHead } from './parse-head.ts';
import { type ResponseEvents, ResponseParser } from './parse-response.ts';

/** How an exchange ended without a whole response. */
export type ExchangeFailure = 'closed-early' | 'bad-response';

/** One request's side of a connection. */
export interface Exchange extends ResponseEvents {
	/** After everything of one read was delivered: what is pending may be flushed. */
	onReadEnd(): void;
	/** `untouched`: not one byte of a response came, on a connection that had served before. */
	onFailure(failure: ExchangeFailure, untouched: boolean): void;
	/** The backend takes more of the request body. */
	onDrain(): void;
}

export interface ConnectionOwner {
	/** Response complete, request sent, connection clean: it may serve again. */
	onIdle(connection: UpstreamConnection): void;
	onClosed(connection: UpstreamConnection): void;
	/** The backend said more than it was asked. */
	onOutOfTurn(connection: UpstreamConnection): void;
}

/** One HTTP/1.1 connection to a backend, serving one exchange at a time. */
export class UpstreamConnection implements ResponseEvents {
	readonly serviceName: string;
	readonly #owner: ConnectionOwner;
	readonly #parser: ResponseParser;
	#socket: Socket | null = null;
	#exchange: Exchange | null = null;
	#served = 0;
	#touched = false;
	#keepAlive = false;
	#requestDone = true;
	#responseDone = true;
	/** Unix milliseconds. */
	idleSince = 0;
	/** How long the backend keeps an idle connection, by its own word; `-1` when it did not say. */
	keepAliveMs = -1;

	constructor(serviceName: string, owner: ConnectionOwner) {
		this.serviceName = serviceName;
		this.#owner = owner;
		this.#parser = new ResponseParser(this);
	}

	/** Hand this to the dialling of the socket that is then attached. */
	onread(): OnReadOpts {
		return readsInto((chunk) => this.#onRead(chunk));
	}

	attach(socket: Socket): void {
		this.#socket = socket;
		// What went wrong is told by `close`; without a listener the error would end the process.
		socket.on('error', () => {});
		socket.on('end', () => this.#onEnd());
		socket.on('close', () => this.#onClose());
		socket.on('drain', () => this.#exchange?.onDrain());
	}

	/** Sends a request head; `bodiless` when no response body can follow, as for HEAD. */
	start(exchange: Exchange, head: string, bodiless: boolean, hasBody: boolean): void {
		this.#exchange = exchange;
		this.#touched = false;
		this.#responseDone = false;
		this.#requestDone = !hasBody;
		this.#parser.begin(bodiless);
		this.#socket!.write(head, 'latin1');
	}

	/** A piece of the request body; false when the backend should be given time: wait for `onDrain`. */
	write(chunk: Buffer, chunked: boolean): boolean {
		const socket = this.#socket!;
		if (!chunked) return socket.write(chunk);
		socket.cork();
		socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
		socket.write(chunk);
		const more = socket.write('\r\n', 'latin1');
		socket.uncork();
		return more;
	}

	/** The request body is sent, but for `tail`: the last chunk and trailers of a chunked one. */
	endRequest(tail: string): void {
		if (tail !== '') this.#socket!.write(tail, 'latin1');
		this.#requestDone = true;
		if (this.#responseDone && this.#exchange !== null) this.#release();
	}

	/** Still busy with this very exchange. */
	serves(exchange: Exchange): boolean {
		return this.#exchange === exchange;
	}

	/** An exchange that ends before its time takes the connection with it; one that is over does not. */
	abandon(exchange: Exchange): void {
		if (this.#exchange === exchange) this.destroy();
	}

	pause(): void {
		this.#socket!.pause();
	}

	resume(): void {
		this.#socket!.resume();
	}

	/** Ends the connection at once; the exchange hears nothing more. */
	destroy(): void {
		this.#exchange = null;
		this.#responseDone = true;
		this.#socket?.destroy();
	}

	get closed(): boolean {
		return this.#socket === null || this.#socket.destroyed || this.#socket.readableEnded;
	}

	onInformational(status: number, reason: string, headers: readonly string[]): void {
		this.#exchange?.onInformational(status, reason, headers);
	}

	onHead(head: ResponseHead): void {
		this.#keepAlive = head.keepAlive;
		this.keepAliveMs = head.keepAliveTimeout === -1 ? -1 : head.keepAliveTimeout * 1000;
		this.#exchange?.onHead(head);
	}

	onWhole(head: ResponseHead, body: string): boolean {
		if (!this.#requestDone || !this.#exchange?.onWhole?.(head, body)) return false;
		this.#keepAlive = head.keepAlive;
		this.keepAliveMs = head.keepAliveTimeout === -1 ? -1 : head.keepAliveTimeout * 1000;
		this.#responseDone = true;
		return true;
	}

	onBody(chunk: Buffer): void {
		this.#exchange?.onBody(chunk);
	}

	onComplete(trailers: readonly string[]): void {
		this.#responseDone = true;
		this.#exchange?.onComplete(trailers);
	}

	#onRead(chunk: Buffer): boolean {
		this.#touched = true;
		if (!this.#parser.execute(chunk)) {
			// Unasked-for bytes, behind a response or before the next request, concern no exchange.
			if (this.#responseDone) {
				this.destroy();
				this.#owner.onOutOfTurn(this);
			} else this.#fail('bad-response');
			return false;
		}
		this.#exchange?.onReadEnd();
		if (this.#responseDone && this.#requestDone && this.#exchange !== null) this.#release();
		return true;
	}

	#release(): void {
		this.#exchange = null;
		this.#served++;
		// The last read may have filled the client's buffer and finished the response as well.
		if (this.#socket!.isPaused()) this.#socket!.resume();
		if (this.#keepAlive && !this.closed) this.#owner.onIdle(this);
		else this.#socket!.destroy();
	}

	#onEnd(): void {
		if (!this.#responseDone && this.#parser.finish()) {
			this.#exchange?.onReadEnd();
			this.#exchange = null;
		}
		this.#socket!.destroy();
	}

	#onClose(): void {
		if (!this.#responseDone) this.#fail('closed-early');
		this.#owner.onClosed(this);
	}

	#fail(failure: ExchangeFailure): void {
		const exchange = this.#exchange;
		const untouched = !this.#touched && this.#served > 0;
		this.destroy();
		exchange?.onFailure(failure, untouched);
	}
}
