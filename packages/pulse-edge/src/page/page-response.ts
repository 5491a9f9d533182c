import type { ClientResponse } from '../entry/client-messages.ts';
import { SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import type { AnswerPlan } from './edit-answer.ts';
import type { Coding } from './encoded/codings.ts';
import { Recoder } from './encoded/recoder.ts';
import { Injector, type PieceInjector } from './inject/injector.ts';
import { ScriptStart } from './inject/script-start.ts';
import { PassedOn } from './passed-on.ts';

/** A document or a worker of a container app on its way to the client: what the edge has to say in it is put in as it passes. */
export class PageResponse extends PassedOn {
	readonly #plan: AnswerPlan;
	readonly #broken: (error: Error) => void;
	#injector: PieceInjector | null = null;
	#recoder: Recoder | null = null;
	#onDrain: (() => void) | null = null;

	/** `broken`: its app has sent something else than it said, and its client gets no more of it. */
	constructor(to: ClientResponse, plan: AnswerPlan, broken: (error: Error) => void) {
		super(to);
		this.#plan = plan;
		this.#broken = broken;
	}

	override on(event: 'close', listener: () => void): void {
		super.on(event, () => {
			this.#recoder?.stop();
			listener();
		});
	}

	override once(event: 'drain', listener: () => void): void {
		if (this.#recoder === null) super.once(event, listener);
		else this.#onDrain = listener;
	}

	/** One that is encoded is not written into in one piece. */
	override sendWhole(status: number, text: string): boolean {
		return this.#plan.coding === null && super.sendWhole(status, text);
	}

	override writeHead(status: number, reason: string, headers: string[]): void {
		const { markup, coding, request } = this.#plan;
		// What the edge itself says names no deployment, and is passed on as it is.
		const own = headerOf(headers, SELECTED_DEPLOYMENT_HEADER) === undefined;
		if (markup !== null && request.method !== 'HEAD' && !own)
			this.#injector = request.kind === 'part' ? new ScriptStart(markup) : new Injector(markup);
		if (this.#injector !== null && coding !== null) this.#recoder = this.#recoding(coding, this.#injector);
		super.writeHead(status, reason, headers);
	}

	override write(chunk: Buffer, written?: () => void): boolean {
		if (this.#injector === null) return super.write(chunk, written);
		if (this.#recoder !== null) {
			return this.#recoder.write(chunk, () => {
				written?.();
				const drained = this.#onDrain;
				this.#onDrain = null;
				drained?.();
			});
		}
		const pieces = this.#injector.push(chunk);
		const last = pieces.at(-1);
		if (last === undefined) {
			if (written !== undefined) process.nextTick(written);
			return true;
		}
		for (const piece of pieces.slice(0, -1)) super.write(piece);
		return super.write(last, written);
	}

	override end(text = '', encoding: 'latin1' | 'utf8' = 'latin1'): void {
		if (this.#injector === null) return void super.end(text, encoding);
		if (this.#recoder !== null) {
			this.#recoder.write(Buffer.from(text, encoding), () => {});
			this.#recoder.end();
			return;
		}
		const begun = text === '' ? [] : this.#injector.push(Buffer.from(text, encoding));
		super.end(Buffer.concat([...begun, ...this.#injector.end()]).toString('latin1'));
	}

	#recoding(coding: Coding, injector: PieceInjector): Recoder {
		return new Recoder(coding, injector, {
			write: (chunk) => super.write(chunk),
			drained: (then) => super.once('drain', then),
			end: () => super.end(),
			broken: (error) => {
				this.#broken(error);
				// Whatever its framing, no client takes that for its end.
				this.to.socket?.resetAndDestroy();
			},
		});
	}
}
