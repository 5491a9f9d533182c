import type { ServerResponse } from 'node:http';
import { CAREFUL_HEADERS } from './door.ts';

const BEAT_MS = 15_000;
/** A page that does not read is let go; it comes again and is sent what is. */
const MOST_WAITING = 8 * 1024 * 1024;

/** Server-sent events to one page, until it leaves. */
export class EventStream {
	readonly #response: ServerResponse;
	readonly #beat: NodeJS.Timeout;
	readonly left: Promise<void>;

	constructor(response: ServerResponse) {
		this.#response = response;
		response.writeHead(200, { ...CAREFUL_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
		response.flushHeaders();
		this.#beat = setInterval(() => response.write(':\n\n'), BEAT_MS);
		this.left = new Promise((resolve) => {
			response.once('close', () => {
				clearInterval(this.#beat);
				resolve();
			});
		});
	}

	send({ event, data }: { readonly event: string; readonly data: unknown }): void {
		if (this.#response.writableEnded || this.#response.destroyed) return;
		this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
		if (this.#response.writableLength > MOST_WAITING) this.#response.destroy();
	}

	end(): void {
		// What a page has not read yet may keep the line open for long, and Node ends a process that writes after an end.
		clearInterval(this.#beat);
		this.#response.end();
	}
}
