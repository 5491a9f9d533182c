import type { ApiCall, Fault } from '../../../packages/pulse-railway/src/local.ts';
import type { FaultKind } from './kinds.ts';

/** One API call of a command: the nth with these root fields. */
export interface CallName {
	readonly fields: string;
	readonly nth: number;
}

/** Asked again and again while something takes its time: the first one stands for all. */
export const POLLS: ReadonlySet<string> = new Set(['deployment', 'workflowStatus']);
const LOGS = new Set(['buildLogs', 'deploymentLogs', 'environmentLogs', 'deploymentEvents']);

/** Hears every call of a platform, and breaks the one it is told to. */
export class Calls {
	#seen: CallName[] = [];
	#plan: { readonly at: CallName; readonly kind: FaultKind; readonly kill: () => void } | null = null;
	#broken = 0;

	readonly inject = (call: ApiCall): Fault | null => {
		const fields = [...new Set(call.fields)].join('+');
		const name = { fields, nth: this.#seen.filter((seen) => seen.fields === fields).length };
		this.#seen.push(name);
		const plan = this.#plan;
		if (plan === null) return null;
		const now = fields === plan.at.fields && name.nth === plan.at.nth;
		if (!now && !(plan.kind.lasts && this.#broken > 0)) return null;
		this.#broken++;
		return plan.kind.fault(plan.kill);
	};

	/** From here on a new command's calls. */
	begin(plan: { readonly at: CallName; readonly kind: FaultKind; readonly kill: () => void } | null): void {
		this.#seen = [];
		this.#plan = plan;
		this.#broken = 0;
	}

	/** The calls since {@link begin}, each poll once, and logs never: they are asked for as it happens; and whether the plan came to anything. */
	end(): { readonly calls: readonly CallName[]; readonly met: boolean } {
		const calls = this.#seen.filter(({ fields, nth }) => !LOGS.has(fields) && (nth === 0 || !POLLS.has(fields)));
		const met = this.#broken > 0;
		this.begin(null);
		return { calls, met };
	}
}
