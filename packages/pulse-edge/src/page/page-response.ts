import type { ClientResponse } from '../entry/client-messages.ts';
import { SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import type { AnswerPlan } from './edit-answer.ts';
import { Injector } from './inject/injector.ts';
import { PassedOn } from './passed-on.ts';

/** A document of a container app on its way to the client: what the edge has to say in it is put in as it passes. */
export class PageResponse extends PassedOn {
	readonly #plan: AnswerPlan;
	#injector: Injector | null = null;

	constructor(to: ClientResponse, plan: AnswerPlan) {
		super(to);
		this.#plan = plan;
	}

	override writeHead(status: number, reason: string, headers: string[]): void {
		const { markup, request } = this.#plan;
		// What the edge itself says names no deployment, and is passed on as it is.
		const own = headerOf(headers, SELECTED_DEPLOYMENT_HEADER) === undefined;
		if (markup !== null && request.method !== 'HEAD' && !own) this.#injector = new Injector(markup);
		super.writeHead(status, reason, headers);
	}

	override write(chunk: Buffer, written?: () => void): boolean {
		if (this.#injector === null) return super.write(chunk, written);
		const pieces = this.#injector.push(chunk);
		const last = pieces.pop();
		if (last === undefined) {
			if (written !== undefined) process.nextTick(written);
			return true;
		}
		for (const piece of pieces) super.write(piece);
		return super.write(last, written);
	}

	override end(text = '', encoding: 'latin1' | 'utf8' = 'latin1'): void {
		if (this.#injector === null) return void super.end(text, encoding);
		const pieces = text === '' ? [] : this.#injector.push(Buffer.from(text, encoding));
		pieces.push(...this.#injector.end());
		super.end(Buffer.concat(pieces).toString('latin1'));
	}
}
