import { createHash } from 'node:crypto';
import { sampleOfVisitor } from 'pulse-edge/entry/find-lane';
import { countEnd, type Sample, type Samples } from 'pulse-edge/forward/samples';
import type { Canary } from '../deployments/canary.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { Log } from './log.ts';
import type { RoutingTable } from './snapshot.ts';

export interface PageErrorsOptions {
	readonly store: Pick<DeploymentStore, 'claimOnce'>;
	readonly samples: () => Samples;
	readonly table: Pick<RoutingTable, 'canary' | 'activeId' | 'deployment'>;
	/** Does that deployment tell of pages that fail, on all of its replicas? `null`: it did not answer. */
	readonly tells: (record: DeploymentRecord) => Promise<boolean | null>;
	readonly log: Pick<Log, 'note'>;
	readonly now: () => number;
	/** Default 5,000. */
	readonly everyMs?: number;
	/** How long after it failed a page is counted. Default: two looks. */
	readonly afterMs?: number;
	/** Visitors of one rollout that this process counts. Default 20,000. */
	readonly mostVisitors?: number;
}

export interface PageError {
	readonly deploymentId: string;
	/** What its browser keeps of being drawn. */
	readonly cookies: string;
	/** Who that is; the same word from all of the app's processes. */
	readonly visitor: string;
	/** How long ago the page failed. */
	readonly waitedMs: number;
}

const EVERY_MS = 5_000;
/** One whose browser fails in every page counts again a day later. */
const VISITOR_MS = 86_400_000;
/** Far more than a verdict takes. Each is a key of the store, and sessions can be made up by the million. */
const MOST_VISITORS = 20_000;

/**
 * Pages of Pulse apps that have failed, as their deployments tell: counted with the requests of the same visitors, for the
 * brake. Those of container apps come through the edge, which counts them in the same place.
 *
 * They are compared where both versions are of one kind and tell of them. A version that begins to tell, because its pulse-app
 * is newer, would look worse for it. What comes before that is known is dropped, of both versions alike.
 *
 * Each is counted at one time after it failed, by when the busier version, too, has told of it, or is known to be behind:
 * else a moment in which pages of both fail would be the canary's alone, which tells of its few at once.
 */
export class PageErrors {
	readonly #options: PageErrorsOptions;
	readonly #timer: NodeJS.Timeout;
	#running: Promise<void> | null = null;
	/** Of the canary that runs and of what runs beside it: whether they tell. */
	#told: ReadonlyMap<string, boolean> = new Map();
	#noted = '';
	readonly #afterMs: number;
	#visitors = { beganAt: 0, counted: 0 };

	constructor(options: PageErrorsOptions) {
		this.#options = options;
		const everyMs = options.everyMs ?? EVERY_MS;
		this.#afterMs = options.afterMs ?? 2 * everyMs;
		this.#timer = setInterval(() => void this.look(), everyMs);
		this.#timer.unref();
	}

	/** Asks both versions, one look at a time. Never rejects: who does not answer is as it was. */
	look(): Promise<void> {
		this.#running ??= this.#look().finally(() => {
			this.#running = null;
		});
		return this.#running;
	}

	/**
	 * @returns whether it will be, if the versions are compared at that time
	 * @throws StoreUnavailableError: whether that visitor was counted before cannot be known
	 */
	async count({ deploymentId, cookies, visitor, waitedMs }: PageError): Promise<boolean> {
		const { store, samples, table, now } = this.#options;
		const { canary } = table;
		if (canary === null || !this.areCompared()) return false;
		const sample = sampleOfVisitor({ table, samples: samples(), now }, cookies, deploymentId);
		if (sample === null || !this.#hasRoom(canary) || !(await store.claimOnce(claimOf(canary, visitor), VISITOR_MS)))
			return false;
		const waitMs = this.#afterMs - waitedMs;
		if (waitMs <= 0) this.#countNow(sample);
		else setTimeout(() => this.#countNow(sample), waitMs).unref();
		return true;
	}

	/** Beyond it none is counted, of both versions alike. */
	#hasRoom({ beganAt }: Canary): boolean {
		if (beganAt !== this.#visitors.beganAt) this.#visitors = { beganAt, counted: 0 };
		return this.#visitors.counted++ < (this.#options.mostVisitors ?? MOST_VISITORS);
	}

	/** A sample of a rollout that has ended counts for nothing. */
	#countNow(sample: Sample): void {
		if (this.areCompared()) countEnd(sample, true);
	}

	/** Of the canary that runs and of what runs beside it. */
	areCompared(): boolean {
		const { table } = this.#options;
		const sides = [table.canary?.id, table.activeId].map((id) => table.deployment(id ?? ''));
		const [one, other] = sides.map((side) => side?.container !== undefined);
		if (sides.includes(undefined) || one !== other) return false;
		return one === true || sides.every((side) => this.#told.get(side?.id ?? '') === true);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	async #look(): Promise<void> {
		const { table, tells, log } = this.#options;
		const { canary, activeId } = table;
		const ids = canary === null || activeId === null ? [] : [canary.id, activeId];
		const told = await Promise.all(
			ids.map(async (id): Promise<[string, boolean]> => {
				const record = table.deployment(id);
				if (record === undefined || record.container !== undefined) return [id, record !== undefined];
				const word = await tells(record).catch(() => null);
				return [id, word ?? this.#told.get(id) ?? false];
			}),
		);
		this.#told = new Map(told);
		if (canary === null || activeId === null) return;
		const isCompared = this.areCompared();
		const note = `${canary.beganAt} ${isCompared}`;
		if (note === this.#noted) return;
		this.#noted = note;
		const silent = told.flatMap(([id, word]) => (word ? [] : [id]));
		log.note(
			'canary-page-errors',
			{ deployment: canary.id, active: activeId, compared: isCompared, silent },
			isCompared ? 'pages that fail are compared' : 'pages that fail are not compared: both versions must tell of them',
		);
	}
}

/** Once for all processes, which share the store. */
function claimOf({ beganAt }: Canary, visitor: string): string {
	return `page-error-${createHash('sha256').update(`${beganAt} ${visitor}`).digest('hex').slice(0, 32)}`;
}
