import type { Socket } from 'node:net';
import type { ClientRequest } from './client-messages.ts';
import type { WholeRequest } from './read-request.ts';

const NO_TRAILERS: string[] = [];

/** A request that is here with all of its body, `null` when it has none. */
export class WholeMessage implements ClientRequest {
	readonly method: string;
	readonly url: string;
	readonly httpVersion = '1.1';
	readonly httpVersionMajor = 1;
	readonly httpVersionMinor = 1;
	readonly rawHeaders: string[];
	readonly rawTrailers = NO_TRAILERS;
	readonly complete = true;
	readonly socket: Socket;
	readonly #body: Buffer | null;

	constructor(socket: Socket, { method, target, headers }: WholeRequest, body: Buffer | null) {
		this.socket = socket;
		this.method = method;
		this.url = target;
		this.rawHeaders = headers;
		this.#body = body;
	}

	/** A caller that listens for both listens for `data` first. */
	on(event: 'data' | 'end' | 'close', listener: (chunk: Buffer) => void): void {
		if (event === 'end') process.nextTick(listener);
		else if (event === 'data' && this.#body !== null) process.nextTick(listener, this.#body);
	}

	/** It is one piece, which cannot be stopped half-way. */
	pause(): void {}

	resume(): void {}

	isPaused(): boolean {
		return false;
	}
}
