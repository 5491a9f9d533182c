import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ClientRequest } from './client-messages.ts';
import type { WholeRequest } from './read-request.ts';

const NO_TRAILERS: string[] = [];

/** A request without a body, all of it here. */
export class WholeMessage implements ClientRequest {
	readonly method: string;
	readonly url: string;
	readonly rawHeaders: string[];
	readonly socket: Socket;

	constructor(socket: Socket, { method, target, headers }: WholeRequest) {
		this.socket = socket;
		this.method = method;
		this.url = target;
		this.rawHeaders = headers;
	}

	get httpVersion(): string {
		return '1.1';
	}

	get httpVersionMajor(): number {
		return 1;
	}

	get httpVersionMinor(): number {
		return 1;
	}

	get rawTrailers(): string[] {
		return NO_TRAILERS;
	}

	get complete(): boolean {
		return true;
	}

	on(event: 'data' | 'end' | 'close', listener: (chunk: Buffer) => void): void {
		if (event === 'end') process.nextTick(listener);
	}

	pause(): void {}

	resume(): void {}

	isPaused(): boolean {
		return false;
	}
}

/** One with its body. */
export class WholeMessageWithBody extends Readable implements ClientRequest {
	readonly method: string;
	readonly url: string;
	readonly rawHeaders: string[];
	readonly rawTrailers = NO_TRAILERS;
	readonly httpVersion = '1.1';
	readonly httpVersionMajor = 1;
	readonly httpVersionMinor = 1;
	readonly complete = true;
	readonly socket: Socket;

	constructor(socket: Socket, { method, target, headers }: WholeRequest, body: Buffer) {
		super({ read() {} });
		this.socket = socket;
		this.method = method;
		this.url = target;
		this.rawHeaders = headers;
		this.push(body);
		this.push(null);
	}
}
