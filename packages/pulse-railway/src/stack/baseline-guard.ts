import type { Clock } from 'pulse-deploy-kit/clock';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { LAG_MS } from '../platform/lag.ts';
import type { Platform, StackObservation } from '../platform/port.ts';
import { BASELINE_VARIABLE } from '../protocol.ts';
import type { Guard } from '../steps/guard.ts';
import type { Run } from '../steps/run.ts';
import type { StackNames } from './names.ts';
import { sharedValue } from './shared-value.ts';

export interface BaselineGuardOptions {
	/** Absent until a new project exists. */
	readonly platform: () => Platform | undefined;
	/** What the plan was made from; `null` for a new project. */
	readonly planned: StackObservation | null;
	/** Names of the stable services. */
	readonly stable: readonly string[];
	readonly clock: Clock;
	/** An answer that took longer may be older than the end of another command, milliseconds. */
	readonly staleMs: number;
}

const POLL_MS = 1_000;
const LOOKS = 5;

/**
 * `init` and `upgrade` hold no lock: the router keeps it, and theirs may not stand yet. Instead each marks the baseline
 * with a word of its own, and goes on only while that word stands: `ready` means that another one came to its end, and
 * another word that another one went on with what this one began.
 */
export class BaselineGuard implements Guard {
	readonly #options: BaselineGuardOptions;
	/** Before the own mark: the whole baseline must be as planned, since a person may have thought about the plan for long. */
	#planned: string | null;
	#mark: string | undefined;
	#writing: string | undefined;
	#asked = Number.NEGATIVE_INFINITY;
	#before: { readonly mark: string | undefined; readonly at: number } | null = null;

	constructor(options: BaselineGuardOptions) {
		this.#options = options;
		this.#mark = options.planned === null ? undefined : sharedValue(options.planned, BASELINE_VARIABLE);
		this.#planned = options.planned === null ? null : this.#describe(options.planned);
	}

	/** The own mark is being written, and may stand from here on; once it is written it must. */
	marks(mark: string, written: boolean): void {
		this.#writing = written ? undefined : mark;
		if (!written) return;
		this.#before = { mark: this.#mark, at: this.#options.clock.now() };
		this.#mark = mark;
		this.#planned = null;
	}

	async confirm(signal: AbortSignal): Promise<void> {
		// A new project is this command's alone until it is there.
		if (this.#options.platform() === undefined) this.#asked = this.#options.clock.now();
		else await this.look(signal);
	}

	holds(): boolean {
		return this.#options.clock.now() - this.#asked < this.#options.staleMs;
	}

	async look(signal: AbortSignal): Promise<StackObservation> {
		const { platform, clock, staleMs } = this.#options;
		for (let slow = 0; ; ) {
			const asked = clock.now();
			const observation = await (platform() as Platform).observe(signal);
			if (clock.now() - asked >= staleMs) {
				if (++slow >= LOOKS) throw baselineChanged('Railway answers so slowly that its answers may be old.');
				continue;
			}
			const mark = sharedValue(observation, BASELINE_VARIABLE);
			if (mark === this.#mark || (mark !== undefined && mark === this.#writing)) {
				this.#asked = asked;
				if (this.#planned !== null && this.#planned !== this.#describe(observation)) throw baselineChanged();
				return observation;
			}
			if (!this.#mayLag(mark)) throw baselineChanged();
			await clock.sleep(POLL_MS, signal);
		}
	}

	#mayLag(mark: string | undefined): boolean {
		return this.#before !== null && mark === this.#before.mark && this.#options.clock.now() - this.#before.at < LAG_MS;
	}

	#describe({ services }: StackObservation): string {
		const stable = services.filter(({ name }) => this.#options.stable.includes(name));
		return JSON.stringify(
			stable
				.map(({ id, name, variables, settings }) => [name, id, sorted(variables), sorted(settings)])
				.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
		);
	}
}

/** Lets `run` go on only while no other command changes the baseline that `planned` shows. `staleMs`: see {@link BaselineGuardOptions}. */
export function guardBaseline(run: Run, planned: StackObservation | null, names: StackNames, staleMs: number): void {
	const guard = new BaselineGuard({
		platform: () => run.platform,
		planned,
		stable: Object.values(names),
		clock: run.ports.clock,
		staleMs,
	});
	run.guard = guard;
	run.marks = (mark, written) => guard.marks(mark, written);
}

function sorted(object: object): [string, unknown][] {
	return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}

function baselineChanged(detail?: string): DeployToolError {
	return new DeployToolError(
		'baseline-changed',
		'another init or upgrade has changed this stack since this one began',
		{
			fault: 'user',
			...(detail === undefined ? {} : { detail }),
			next: 'See what stands: pulse-railway status. Then run this command again if it is still needed.',
		},
	);
}
