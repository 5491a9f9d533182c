import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Recent } from 'pulse-edge/forward/recent';
import { CANARY_COOKIE } from 'pulse-edge/protocol';
import { PAGE_ERRORS_PATH } from '../protocol.ts';
import type { RouterLine } from './ask-router.ts';

export interface PageErrorTellerOptions {
	readonly deploymentId: string;
	/** What all deployments of the app share: a visitor has one name from all of them, and the router learns no session id. */
	readonly secret: string;
	readonly router: Pick<RouterLine, 'askAny'>;
}

/** Of a page that has failed. */
interface Report {
	readonly cookies: string;
	readonly visitor: string;
	/** When the page failed, as `performance.now()`. */
	readonly at: number;
}

const ANSWER_MS = 2_000;
/** At once. With {@link PACE_MS}, 200 a second at most. */
const MOST_UNDER_WAY = 4;
const PACE_MS = 20;
const MOST_WAITING = 1_000;
/** Of being behind every router process hears in this time, each of which looks every 5 s (`PageErrors`). */
const BEHIND_MS = 30_000;
/** Visitors who were told of. The router counts a visitor once, also one that is forgotten here. */
const MOST_REMEMBERED = 10_000;

/**
 * Tells the router of pages that fail, of visitors who were drawn while a canary runs, once for each. Whatever the router does,
 * it costs the app a bounded queue and nothing else.
 *
 * Each report goes by itself, to any of the router's processes: a process compares what both versions did before it, so
 * reports of one version that arrive together, or always at the same one, would look like a worse version there.
 */
export class PageErrorTeller {
	readonly #options: PageErrorTellerOptions;
	readonly #stop = new AbortController();
	readonly #waiting: Report[] = [];
	readonly #told = new Recent<true>(MOST_REMEMBERED);
	#underWay = 0;
	/** The router has understood what it was told last. */
	#isHeard = false;
	#isAsking = false;
	/** When more waited than may, as `performance.now()`. */
	#behindAt = Number.NEGATIVE_INFINITY;

	constructor(options: PageErrorTellerOptions) {
		this.#options = options;
	}

	/**
	 * Whether the router hears of what fails here. Where that is not known it is asked, and the next look may know. It says no
	 * before anything is dropped: a version that tells less than the other one must not look better than it.
	 */
	get tells(): boolean {
		if (!this.#isHeard) void this.#greet();
		return this.#isHeard && performance.now() - this.#behindAt > BEHIND_MS;
	}

	/** @param header the `Cookie` header of the page's socket */
	tell(header: string | undefined, sessionId: string): void {
		const drawn = [...(header ?? '').matchAll(DRAWN)].slice(0, MOST_COOKIES).map(([, value = '']) => value);
		if (drawn.length === 0) return;
		if (this.#waiting.length >= MOST_WAITING / 2) this.#behindAt = performance.now();
		if (this.#waiting.length >= MOST_WAITING) return;
		const visitor = createHmac('sha256', this.#options.secret)
			.update(`page error ${sessionId}`)
			.digest('hex')
			.slice(0, 32);
		const rollouts = drawn.map((value) => value.split('.', 1)[0]);
		const key = `${visitor} ${rollouts}`;
		if (this.#told.get(key)) return;
		this.#told.set(key, true);
		const cookies = drawn.map((value) => `${CANARY_COOKIE}=${value}`).join('; ');
		this.#waiting.push({ cookies, visitor, at: performance.now() });
		void this.#sendNext();
	}

	close(): void {
		this.#stop.abort();
		this.#waiting.length = 0;
	}

	/** Never rejects. */
	async #sendNext(): Promise<void> {
		if (this.#underWay >= MOST_UNDER_WAY) return;
		this.#underWay++;
		for (let error = this.#waiting.shift(); error !== undefined; error = this.#waiting.shift()) {
			const { at, ...report } = error;
			await this.#send({ error: { ...report, waited_ms: Math.round(performance.now() - at) } });
			await sleep(PACE_MS, null, { ref: false, signal: this.#stop.signal }).catch(() => {});
		}
		this.#underWay--;
	}

	async #greet(): Promise<void> {
		if (this.#isAsking) return;
		this.#isAsking = true;
		await this.#send({});
		this.#isAsking = false;
	}

	/** Once: what is lost is lost for both versions alike. */
	async #send(body: { readonly error?: object }): Promise<void> {
		const { router, deploymentId } = this.#options;
		const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), this.#stop.signal]);
		const said = await router
			.askAny(PAGE_ERRORS_PATH, { deployment_id: deploymentId, ...body }, signal)
			.catch(() => ({ status: undefined }));
		this.#isHeard = said.status === 200;
	}
}

/** As the edge writes it. A sibling domain may have set others beside it. */
const DRAWN = new RegExp(
	`(?:^|;\\s*)${CANARY_COOKIE}=([0-9a-z]{1,12}\\.\\d{1,4}\\.\\d{1,5}\\.[0-9a-z]{1,8})(?=;|$)`,
	'g',
);
const MOST_COOKIES = 4;
