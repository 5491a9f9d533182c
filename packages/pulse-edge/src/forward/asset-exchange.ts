import type { Target } from '../decide/resolve.ts';
import type { FailureCause } from '../report/failures.ts';
import type { ExchangeFailure } from '../upstream/connection.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { Upstream } from './claim.ts';
import type { ForwardContext } from './context.ts';
import type { ForwardRequest } from './forward-request.ts';
import { type Answers, HttpExchange } from './http.ts';
import { bodyIsMarkup, isMarkup } from './markup.ts';

/** A "not found" longer than this is no missing chunk, and is passed on as it comes. */
const MAX_HELD_BYTES = 65_536;
/** For all draining deployments together: one that hangs must not hold up a "not found" that is known already. */
const SEARCH_MS = 5_000;
const CREDENTIALS = /^(?:cookie|authorization):.*$/gim;

/** Where else a request may be answered, and what was found out. */
export interface Elsewhere {
	/** A page in place of what was asked for is a "not found". */
	readonly noPages: boolean;
	elsewhere(target: string, credentials: string, asked: string): Target[];
	remember(target: string, deploymentId: string): void;
	rememberMissing(target: string, credentials: string): void;
}

/** `elsewhere`: for what is not there; `null` where the request is for one deployment. */
export function startExchange(context: ForwardContext, forward: ForwardRequest, elsewhere: Elsewhere | null): void {
	if (elsewhere === null) new HttpExchange(context, forward).start();
	else new AssetExchange(context, forward, elsewhere).start();
}

/**
 * The exchange of an asset that the active deployment may lack, around a plain one: holds back its "not found" while the
 * draining ones are asked. A page in place of an asset is a "not found" as well: that is how the server of a single-page app
 * answers for a chunk of another build.
 */
class AssetExchange implements Answers {
	readonly #context: ForwardContext;
	readonly #forward: ForwardRequest;
	readonly #memory: Elsewhere;
	readonly #plain: HttpExchange;
	#credentials = '';
	#left: Target[] = [];
	#first: ResponseHead | null = null;
	#body: Buffer[] = [];
	#held = 0;
	#timer: NodeJS.Timeout | undefined;
	/** Every deployment asked so far said that it is not there. */
	#certain = true;
	/** Held for its type alone; its first bytes have the last word. */
	#suspected = false;
	/** The draining deployment that is asked now, claimed. */
	#asked: Upstream | null = null;
	/** What arrives now is not for the client. */
	#holding = false;
	/** The first answer is whole. Before that there is nothing to fall back to. */
	#searching = false;

	constructor(context: ForwardContext, forward: ForwardRequest, memory: Elsewhere) {
		this.#context = context;
		this.#forward = forward;
		this.#memory = memory;
		this.#plain = new HttpExchange(context, forward, this);
	}

	start(): void {
		this.#plain.start();
	}

	onInformational(status: number, reason: string, headers: readonly string[]): void {
		this.#plain.onInformational(status, reason, headers);
	}

	onWhole(head: ResponseHead, body: string): boolean {
		return this.#first === null && !this.#lacks(head) && this.#plain.onWhole(head, body);
	}

	onHead(head: ResponseHead): void {
		this.#plain.moved();
		this.#holding = this.#first === null ? this.#holdsFirst(head) : this.#goesOn(head);
		if (!this.#holding) this.#plain.onHead(head);
	}

	onBody(chunk: Buffer): void {
		if (this.#holding) {
			this.#plain.moved();
			if (this.#keep(chunk)) return;
			if (this.#searching) return void this.#searchOn();
			this.#giveFirst();
		}
		this.#plain.onBody(chunk);
	}

	onComplete(trailers: readonly string[]): void {
		if (this.#holding) this.#searchOn();
		else this.#plain.onComplete(trailers);
	}

	onReadEnd(): void {
		this.#plain.onReadEnd();
	}

	onDrain(): void {
		this.#plain.onDrain();
	}

	onFailure(failure: ExchangeFailure, untouched: boolean): void {
		this.#plain.onFailure(failure, untouched);
	}

	fail(cause: FailureCause, error: unknown): void {
		if (!this.#holding || !this.#searching) return void this.#plain.fail(cause, error);
		this.#certain = false;
		this.#searchOn();
	}

	onClosed(): void {
		this.#plain.onClosed();
		clearTimeout(this.#timer);
		this.#leave();
	}

	/** The active deployment's answer is not the one to give yet. */
	#holdsFirst(head: ResponseHead): boolean {
		if (!this.#lacks(head) || head.contentLength > MAX_HELD_BYTES) return false;
		this.#credentials = this.#forward.head.lines.match(CREDENTIALS)?.join() ?? '';
		this.#left = this.#memory.elsewhere(this.#forward.target.forward, this.#credentials, this.#forward.upstream.id);
		if (this.#left.length === 0) return false;
		this.#first = head;
		this.#suspected = !saysMissing(head);
		return true;
	}

	/** Nor is that of the draining one which was asked. */
	#goesOn(head: ResponseHead): boolean {
		if (this.#lacks(head)) return true;
		if (head.status >= 400) {
			this.#certain = false;
			return true;
		}
		clearTimeout(this.#timer);
		this.#memory.remember(this.#forward.target.forward, this.#asked!.id);
		return false;
	}

	/**
	 * Keeps the first answer's body; later ones are of no use. False when it is too long to be held or waited for, or turns
	 * out to be what was asked for.
	 */
	#keep(chunk: Buffer): boolean {
		this.#held += chunk.length;
		if (this.#held > MAX_HELD_BYTES) return false;
		if (this.#searching) return true;
		if (this.#suspected && this.#body.length === 0 && !bodyIsMarkup(this.#first!, chunk)) return false;
		this.#body.push(Buffer.from(chunk));
		return true;
	}

	/** Asks the next deployment, or hands out the first answer after all. */
	#searchOn(): void {
		this.#searching = true;
		this.#held = 0;
		this.#plain.release();
		this.#leave();
		// What is under way by then is not worth waiting for.
		this.#timer ??= setTimeout(() => {
			this.#certain = false;
			this.#left = [];
			this.#searchOn();
		}, SEARCH_MS);
		const next = this.#left.shift();
		if (next !== undefined) {
			this.#asked = this.#context.upstreams.claimSearch(next);
			this.#plain.ask(this.#asked);
			return;
		}
		clearTimeout(this.#timer);
		if (this.#certain) this.#memory.rememberMissing(this.#forward.target.forward, this.#credentials);
		this.#giveFirst();
		this.#plain.onComplete([]);
	}

	#lacks(head: ResponseHead): boolean {
		return saysMissing(head) || (this.#memory.noPages && isMarkup(head));
	}

	#leave(): void {
		if (this.#asked !== null) this.#context.upstreams.releaseSearch(this.#asked);
		this.#asked = null;
	}

	/** What arrives from now on is for the client. */
	#giveFirst(): void {
		this.#holding = false;
		this.#plain.upstream = this.#forward.upstream;
		this.#plain.onHead(this.#first!);
		for (const piece of this.#body) this.#plain.onBody(piece);
	}
}

function saysMissing({ status }: ResponseHead): boolean {
	return status === 404 || status === 410;
}
