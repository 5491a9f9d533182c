import type { Socket } from 'node:net';
import type { ClientResponse } from '../entry/client-messages.ts';
import { SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import type { AnswerPlan } from './edit-answer.ts';
import { Injector } from './inject/injector.ts';

/** A document of a container app on its way to the client: what the edge has to say in it is put in as it passes. */
export class PageResponse implements ClientResponse {
	readonly #to: ClientResponse;
	readonly #plan: AnswerPlan;
	#injector: Injector | null = null;

	constructor(to: ClientResponse, plan: AnswerPlan) {
		this.#to = to;
		this.#plan = plan;
	}

	get statusCode(): number {
		return this.#to.statusCode;
	}

	get shouldKeepAlive(): boolean {
		return this.#to.shouldKeepAlive;
	}

	set shouldKeepAlive(keep: boolean) {
		this.#to.shouldKeepAlive = keep;
	}

	get req(): ClientResponse['req'] {
		return this.#to.req;
	}

	get socket(): Socket | null {
		return this.#to.socket;
	}

	get headersSent(): boolean {
		return this.#to.headersSent;
	}

	get destroyed(): boolean {
		return this.#to.destroyed;
	}

	on(event: 'close', listener: () => void): void {
		this.#to.on(event, listener);
	}

	once(event: 'drain', listener: () => void): void {
		this.#to.once(event, listener);
	}

	sendWhole(status: number, text: string): boolean {
		return this.#to.sendWhole(status, text);
	}

	writeContinue(): void {
		this.#to.writeContinue();
	}

	writeHead(status: number, reason: string, headers: string[]): void {
		const { markup, method } = this.#plan;
		// What the edge itself says names no deployment, and is passed on as it is.
		const own = headerOf(headers, SELECTED_DEPLOYMENT_HEADER) === undefined;
		if (markup !== null && method !== 'HEAD' && !own) this.#injector = new Injector(markup);
		this.#to.writeHead(status, reason, headers);
	}

	flushHeaders(): void {
		this.#to.flushHeaders();
	}

	write(chunk: Buffer, written?: () => void): boolean {
		if (this.#injector === null) return this.#to.write(chunk, written);
		const pieces = this.#injector.push(chunk);
		const last = pieces.pop();
		if (last === undefined) {
			if (written !== undefined) process.nextTick(written);
			return true;
		}
		for (const piece of pieces) this.#to.write(piece);
		return this.#to.write(last, written);
	}

	addTrailers(trailers: [string, string][]): void {
		this.#to.addTrailers(trailers);
	}

	end(text = '', encoding: 'latin1' | 'utf8' = 'latin1'): void {
		if (this.#injector === null) {
			this.#to.end(text, encoding);
			return;
		}
		const pieces = text === '' ? [] : this.#injector.push(Buffer.from(text, encoding));
		pieces.push(...this.#injector.end());
		this.#to.end(Buffer.concat(pieces).toString('latin1'), 'latin1');
	}
}
