import { added, evidenceOf, excessOf, isStretch, NO_EVIDENCE, type Stretch } from 'pulse-deploy-kit/canary/evidence';
import { nextShare } from 'pulse-deploy-kit/canary/rollout';
import { evidenceText, MOVE_WITHIN_MS, verdictOn } from 'pulse-deploy-kit/canary/verdict';
import type { Samples, Sides } from 'pulse-edge/forward/samples';
import type { Canary, CanaryCount } from '../deployments/canary.ts';
import { isWhole } from '../deployments/canary-transitions.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { Log } from './log.ts';
import type { RoutingTable } from './snapshot.ts';

export interface BrakeOptions {
	readonly store: Pick<DeploymentStore, 'recordCanary' | 'canaryCount' | 'endCanary' | 'widenCanary'>;
	readonly samples: Samples;
	readonly table: Pick<RoutingTable, 'rollout' | 'stopCanary'>;
	readonly log: Pick<Log, 'note' | 'canaryTrouble'>;
	readonly replicaId: string;
	readonly now: () => number;
	/** Told of what this process has halted, so that its pages hear of it. */
	readonly onHalted: (record: DeploymentRecord) => void;
	/** Default 1,000. */
	readonly everyMs?: number;
}

const EVERY_MS = 1_000;
/** As the history names it. */
const ROUTER = 'the router';

/**
 * Compares a canary with what runs beside it, as long as one runs: counts of this process go to the store each second, and
 * what all have counted decides. Every process decides, and the store lets one of them halt it. A process that cannot reach
 * the store stops sending visitors there by what it has counted itself.
 */
export class Brake {
	readonly #options: BrakeOptions;
	readonly #timer: NodeJS.Timeout;
	#running: Promise<void> | null = null;
	/** Of this process, for the rollout that it names. */
	#count: CanaryCount | null = null;
	/** What of it the evidence has in it. */
	#judged: Stretch = NOTHING;
	#told = '';
	#alone = false;

	constructor(options: BrakeOptions) {
		this.#options = options;
		this.#timer = setInterval(() => void this.look(), options.everyMs ?? EVERY_MS);
		this.#timer.unref();
	}

	/** One at a time. Never rejects. */
	look(): Promise<void> {
		this.#running ??= this.#look().finally(() => {
			this.#running = null;
		});
		return this.#running;
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		await this.#running;
	}

	async #look(): Promise<void> {
		const { table, log } = this.#options;
		const canary = table.rollout;
		if (canary === null) return;
		const own = this.#counted(canary);
		try {
			await this.#tell(own);
			await this.#decide(canary, await this.#options.store.canaryCount(canary.beganAt));
			table.stopCanary(null);
			this.#alone = false;
		} catch (error) {
			log.canaryTrouble(error);
			if (this.#alone || verdictOn(own).says !== 'halt') return;
			this.#alone = true;
			table.stopCanary(canary);
			log.note(
				'canary-stopped',
				{ deployment: canary.id },
				`canary stopped by this router alone: ${evidenceText(own)}`,
			);
		}
	}

	#counted({ beganAt }: Canary): CanaryCount {
		const sides = this.#options.samples.of({ beganAt });
		if (this.#count?.beganAt !== beganAt) {
			this.#count = { beganAt, ...NOTHING, evidence: NO_EVIDENCE, excess: 0 };
			this.#judged = NOTHING;
			this.#alone = false;
		}
		const total = stretchOf(sides);
		const stretch = {
			canary: less(total.canary, this.#judged.canary),
			active: less(total.active, this.#judged.active),
		};
		let { evidence, excess = 0 } = this.#count;
		if (isStretch(stretch)) {
			evidence = added(evidence, evidenceOf(stretch));
			excess += excessOf(stretch);
			this.#judged = total;
		}
		this.#count = { beganAt, ...total, evidence, excess };
		return this.#count;
	}

	async #tell(count: CanaryCount): Promise<void> {
		const text = JSON.stringify(count);
		if (text === this.#told) return;
		await this.#options.store.recordCanary(this.#options.replicaId, count);
		this.#told = text;
	}

	async #decide(canary: Canary, all: CanaryCount): Promise<void> {
		const { store, now, log, onHalted } = this.#options;
		const { id, beganAt } = canary;
		const verdict = verdictOn(all);
		if (verdict.says === 'halt') {
			const saidAt = now();
			const departure = { by: saidAt + MOVE_WITHIN_MS, recalled: true, saidAt };
			const because = evidenceText(all);
			const halted = await store.endCanary({ id, beganAt, departure }, { by: ROUTER, because });
			if (halted === null) return;
			log.note(
				'canary-halted',
				{ deployment: id, canary: all.canary, active: all.active },
				`canary halted: ${because}`,
			);
			onHalted(halted);
			return;
		}
		const due = nextShare(canary);
		if (due === null || isWhole(canary) || now() < due.at || verdict.says === 'waits') return;
		const terms = { share: due.share, next: canary.next.slice(1), everyMs: canary.everyMs };
		await store.widenCanary({ id, beganAt, terms, from: canary.share }, { by: ROUTER, because: 'schedule' });
	}
}

const NOTHING: Stretch = { canary: { trials: 0, failures: 0 }, active: { trials: 0, failures: 0 } };

function stretchOf({ canary, active }: Sides): Stretch {
	return { canary: { ...canary }, active: { ...active } };
}

function less(one: Stretch['canary'], other: Stretch['canary']): Stretch['canary'] {
	return { trials: one.trials - other.trials, failures: one.failures - other.failures };
}
