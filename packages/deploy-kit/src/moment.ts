import { usageError } from './errors.ts';

/** A point in time as a person types it, before it is known what time it is. */
export interface Moment {
	readonly typed: string;
	/** Unix milliseconds. @throws usage error where it is past */
	at(now: number): number;
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const SPAN = /^(?:in\s+)?(\d{1,6})([smhd])$/;
const DATED = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * `18:00` (today, or tomorrow when that is past), `2026-11-28T18:00` with or without a zone, `2h` or `in 2h`. What names no
 * zone is meant in this machine's.
 */
export function moment(raw: unknown): Moment {
	const typed = typeof raw === 'string' ? raw.trim() : '';
	const clock = CLOCK.exec(typed);
	if (clock !== null) return { typed, at: (now) => nextAt(Number(clock[1]), Number(clock[2]), now) };
	const span = SPAN.exec(typed);
	if (span !== null) {
		const ms = Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS];
		return { typed, at: (now) => now + ms };
	}
	const at = DATED.test(typed) ? dated(typed.replace(' ', 'T')) : Number.NaN;
	if (Number.isNaN(at)) {
		throw new Error(`must be a time such as 18:00, 2026-11-28T18:00Z or 2h, got '${String(raw)}'`);
	}
	return {
		typed,
		at(now) {
			if (at > now) return at;
			throw usageError(`${typed} is past: it is ${momentText(now, now)}`, 'Give a time that is to come, e.g. --by 2h.');
		},
	};
}

/** `18:00 (Europe/Paris)`, with the date where that is another day; `timeZone` default: this machine's. */
export function momentText(
	at: number,
	now: number,
	timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone,
): string {
	const [day, time] = wall(at, timeZone);
	return `${day === wall(now, timeZone)[0] ? '' : `${day} `}${time} (${timeZone})`;
}

/** A day has 23, 24 or 25 hours. */
function nextAt(hours: number, minutes: number, now: number): number {
	const day = new Date(now);
	day.setHours(hours, minutes, 0, 0);
	if (day.getTime() > now) return day.getTime();
	day.setDate(day.getDate() + 1);
	day.setHours(hours, minutes, 0, 0);
	return day.getTime();
}

/** The 31st of a month that has 30 is no day. */
function dated(text: string): number {
	const day = text.slice(0, 10);
	return new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ? Date.parse(text) : Number.NaN;
}

function wall(at: number, timeZone: string): readonly [day: string, time: string] {
	const parts = Object.fromEntries(
		new Intl.DateTimeFormat('en-GB', {
			timeZone,
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
			hourCycle: 'h23',
		})
			.formatToParts(at)
			.map(({ type, value }) => [type, value]),
	);
	return [`${parts.year}-${parts.month}-${parts.day}`, `${parts.hour}:${parts.minute}`];
}

/** `90s`, `10m`, `2h`, `1d`, as `duration` reads it. */
export function spanText(seconds: number): string {
	const [unit, size] = (
		[
			['d', 86_400],
			['h', 3_600],
			['m', 60],
		] as const
	).find(([, size]) => seconds >= size && seconds % size === 0) ?? ['s', 1];
	return `${seconds / size}${unit}`;
}
