import { printable } from '../printable.ts';
import type { Failure } from './reading.ts';

/**
 * `fail`: a deploy would break on it, or visitors are harmed already. `warn`: it works, and will hurt. `skipped`: it could not be
 * looked at, for the reason in `found`.
 */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skipped';

/** One thing that was looked at. */
export interface Check {
	/** Stable, for scripts, e.g. `redis-memory`. */
	readonly check: string;
	readonly status: CheckStatus;
	/** What was found, for the person who owns the account: may hold names. */
	readonly found: string;
	/** What to do; `null` where nothing is. */
	readonly next: string | null;
	/** What may be given to others: numbers, versions and words of closed sets, never a name, an id or an address. */
	readonly measured: Measured;
}

export type Measured = Readonly<Record<string, number | boolean | string | null>>;

/** What `doctor` tells; keys are stable, for scripts. */
export interface DoctorReport {
	/** Nothing would break a deploy. */
	readonly ok: boolean;
	readonly checks: readonly Check[];
}

export const passed = (check: string, found: string, measured: Measured = {}): Check => ({
	check,
	status: 'ok',
	found,
	next: null,
	measured,
});

export const warned = (check: string, found: string, next: string, measured: Measured = {}): Check => ({
	check,
	status: 'warn',
	found,
	next,
	measured,
});

export const failed = (check: string, found: string, next: string, measured: Measured = {}): Check => ({
	check,
	status: 'fail',
	found,
	next,
	measured,
});

/** As an error says it of itself. */
export const failure = (check: string, { text, next }: Failure): Check =>
	failed(check, text, next ?? 'Run the command again; if it stays so, see docs/doctor.md.');

export const skipped = (check: string, why: string): Check => ({
	check,
	status: 'skipped',
	found: why,
	next: null,
	measured: {},
});

export function doctorReport(checks: readonly Check[]): DoctorReport {
	return { ok: checks.every(({ status }) => status !== 'fail'), checks };
}

/** What the command ends with, on either platform. */
export function doctorOutcome(report: DoctorReport) {
	return { json: report, text: renderDoctor(report), exitCode: report.ok ? 0 : 1 };
}

/** A line for each check, what to do below it, and the sum. */
function renderDoctor({ checks }: DoctorReport): string {
	const width = Math.max(...checks.map(({ check }) => check.length));
	const lines = checks.flatMap(({ check, status, found, next }) => {
		const line = `${status.padEnd(7)}  ${check.padEnd(width)}  ${found}`;
		return next === null ? [line] : [line, `${' '.repeat(width + 11)}→ ${next}`];
	});
	const count = (wanted: CheckStatus) => checks.filter(({ status }) => status === wanted).length;
	const sum = `${checks.length} checks: ${count('fail')} fail, ${count('warn')} warn, ${count('skipped')} skipped.`;
	return printable([...lines, '', sum].join('\n'));
}
