import type { Container } from '../decide/route-table.ts';
import type { ClientResponse } from '../entry/client-messages.ts';
import { META_PATH, SELECTED_DEPLOYMENT_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { jsonAnswer, writeAnswer } from '../report/answer.ts';
import type { Answer } from '../report/stale.ts';
import { PassedOn } from './passed-on.ts';

/** More than a health page has. */
const MOST_BYTES = 1_048_576;

/** What the edge says of an app that it asked: of the app's own answer only its status (contract C1.16). */
export class HealthResponse extends PassedOn {
	readonly #path: string;
	readonly #meta: Readonly<Record<string, string>>;
	readonly #over: () => void;
	#answer: Answer | null = null;
	#own = false;
	#bytes = 0;

	/** `over`: the question is. */
	constructor(to: ClientResponse, path: string, { meta = {} }: Pick<Container, 'meta'>, over: () => void) {
		super(to);
		this.#path = path;
		this.#meta = meta;
		this.#over = over;
	}

	/** A response tells one listener that it is closed. */
	override on(event: 'close', listener: () => void): void {
		super.on(event, () => {
			this.#over();
			listener();
		});
	}

	override once(): void {}

	override sendWhole(): boolean {
		return false;
	}

	override writeContinue(): void {}

	override writeHead(status: number, reason: string, headers: string[]): void {
		const id = headerOf(headers, SELECTED_DEPLOYMENT_HEADER);
		if (id === undefined) {
			this.#own = true;
			super.writeHead(status, reason, headers);
		} else this.#answer = answerFor(this.#path, status, id, this.#meta);
	}

	override flushHeaders(): void {}

	override write(chunk: Buffer, written?: () => void): boolean {
		this.#bytes += chunk.length;
		if (this.#bytes > MOST_BYTES) this.end();
		if (written !== undefined) process.nextTick(written);
		return true;
	}

	override addTrailers(): void {}

	override end(text = '', encoding: 'latin1' | 'utf8' = 'latin1'): void {
		if (this.#own) super.end(text, encoding);
		const answer = this.#answer;
		this.#answer = null;
		if (answer !== null) writeAnswer(this.to, answer);
	}
}

function answerFor(path: string, status: number, id: string, meta: Readonly<Record<string, string>>): Answer {
	// That it answers is enough to say who it is; whether it is well it says itself.
	if (path === META_PATH) {
		const who = { ...meta, deployment_id: id };
		if (status < 500) return named(jsonAnswer(200, { status: 'ok', ...who, api_prefix: '/_pulse' }), id);
		return named(jsonAnswer(503, { status: 'failing', ...who, app_status: status }), id);
	}
	if (status < 400) return named(jsonAnswer(200, { health: 'ok', message: 'The app answers' }), id);
	return named(jsonAnswer(503, { health: 'failing', message: `The app answers ${status}` }), id);
}

function named(answer: Answer, id: string): Answer {
	return { ...answer, headers: [...answer.headers, SELECTED_DEPLOYMENT_HEADER, id] };
}
