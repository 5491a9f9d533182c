import type { Socket } from 'node:net';
import type { ClientResponse } from '../entry/client-messages.ts';

/** An answer that passes through to another one; what the edge has to say in it is put in by those that extend this. */
export class PassedOn implements ClientResponse {
	protected readonly to: ClientResponse;

	constructor(to: ClientResponse) {
		this.to = to;
	}

	get statusCode(): number {
		return this.to.statusCode;
	}

	get shouldKeepAlive(): boolean {
		return this.to.shouldKeepAlive;
	}

	set shouldKeepAlive(keep: boolean) {
		this.to.shouldKeepAlive = keep;
	}

	get req(): ClientResponse['req'] {
		return this.to.req;
	}

	get socket(): Socket | null {
		return this.to.socket;
	}

	get headersSent(): boolean {
		return this.to.headersSent;
	}

	get destroyed(): boolean {
		return this.to.destroyed;
	}

	on(event: 'close', listener: () => void): void {
		this.to.on(event, listener);
	}

	once(event: 'drain', listener: () => void): void {
		this.to.once(event, listener);
	}

	sendWhole(status: number, text: string): boolean {
		return this.to.sendWhole(status, text);
	}

	writeContinue(): void {
		this.to.writeContinue();
	}

	writeHead(status: number, reason: string, headers: string[]): void {
		this.to.writeHead(status, reason, headers);
	}

	flushHeaders(): void {
		this.to.flushHeaders();
	}

	write(chunk: Buffer, written?: () => void): boolean {
		return this.to.write(chunk, written);
	}

	addTrailers(trailers: [string, string][]): void {
		this.to.addTrailers(trailers);
	}

	end(text = '', encoding: 'latin1' | 'utf8' = 'latin1'): void {
		this.to.end(text, encoding);
	}
}
