import type { Page, Request, Response } from 'playwright-core';

/** What browsers stop themselves when a page goes on, or closes a stream. */
const STOPPED = /ERR_ABORTED|NS_BINDING_ABORTED|NS_ERROR_ABORT|aborted|cancell?ed/i;

/** Firefox tells by its own word, as it tells errors of the page, that a server is not there any more. */
const OF_A_LOST_LINE = /Firefox can.t establish a connection|was interrupted while the page was loading/;

/** What one tab saw: its own origin's answers, each of which says by which version it is. */
export class Watch {
	answers = 0;
	/** Of them what a browser kept of another version, which said that at this address it never changes. */
	kept = 0;
	readonly wrong: string[] = [];
	readonly failed: string[] = [];
	readonly errors: string[] = [];
	readonly #page: Page;
	/** The version that every answer has to be of. */
	#version: string;
	/** The one that a page may be loaded anew from. While its version goes, it finds that out by answers that fail. */
	#next: string | null = null;
	/** What a page asks whose version goes, until the next one is shown in its place: some of it is answered after that. */
	readonly #ofLeaving = new WeakSet<Request>();
	#leaving = false;

	constructor(page: Page, origin: string, version: string) {
		this.#page = page;
		this.#version = version;
		page.on('pageerror', (error) => {
			if (this.#next === null || !OF_A_LOST_LINE.test(String(error))) this.errors.push(String(error));
		});
		page.on('request', (request) => {
			if (this.#leaving) this.#ofLeaving.add(request);
		});
		page.on('framenavigated', (frame) => {
			if (frame === page.mainFrame() && this.#next === null) this.#leaving = false;
		});
		page.on('response', (response) => {
			if (response.url().startsWith(`${origin}/`)) this.#answered(response);
		});
		page.on('requestfailed', (request) => {
			if (request.url().startsWith(`${origin}/`)) this.#failed(request, request.failure()?.errorText ?? 'failed');
		});
	}

	/** From here on its version goes, and its page is loaded anew from the next one. */
	expectTheEnd(next: string): void {
		this.#next = next;
		this.#leaving = true;
	}

	#answered(response: Response): void {
		const request = response.request();
		const path = response.url().replace(/^\w+:\/\/[^/]+/, '');
		if (path.startsWith('/_pulse/edge/')) return;
		const by = response.headers()['x-pulse-selected-deployment'];
		const isDocument = request.isNavigationRequest() && request.frame() === this.#page.mainFrame();
		if (isDocument && this.#next !== null && by === this.#next) {
			this.#version = by;
			this.#next = null;
		}
		if (by !== undefined) {
			this.answers += 1;
			if (by !== this.#version && /immutable/.test(response.headers()['cache-control'] ?? '')) this.kept += 1;
			else if (by !== this.#version) this.wrong.push(`${path} by ${by}, not ${this.#version}`);
		}
		// No framework here has an icon of its own, and browsers ask for one.
		if (response.status() >= 400 && path !== '/favicon.ico') this.#failed(request, String(response.status()));
	}

	#failed(request: Request, what: string): void {
		if (this.#next !== null || this.#ofLeaving.has(request) || STOPPED.test(what)) return;
		this.failed.push(`${request.method()} ${request.url()}: ${what}`);
	}
}
