import { usageError } from '../errors.ts';
import { duration, flag, integer, text } from '../setting-kinds.ts';
import { resolveSettings, type SettingTable } from '../settings.ts';
import { type LogWindow, MAX_LINES } from './follow-log.ts';

const DEFAULT_LINES = 100;

export const logSettings = {
	follow: { flag: '--follow', describe: 'go on with what comes until Ctrl-C', default: false, parse: flag },
	since: {
		flag: '--since <time>',
		describe: 'from then on: 30m or 2h ago, or a time such as 2026-04-02T12:00:00Z',
		parse: text,
	},
	lines: {
		flag: '--lines <n>',
		describe: `how many at most, the newest, 1 to ${MAX_LINES}`,
		defaultText: `${DEFAULT_LINES}; with --since ${MAX_LINES}`,
		parse: integer({ min: 1, max: MAX_LINES }),
	},
} satisfies SettingTable;

export interface LogRequest {
	readonly follow: boolean;
	/** Milliseconds ago, or Unix milliseconds. */
	readonly since: { readonly ago: number } | { readonly at: number } | null;
	readonly limit: number;
}

/** @throws usage error for a time that cannot be read */
export function logRequest(typed: {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
}): LogRequest {
	const { values } = resolveSettings(logSettings, typed);
	const since = values.since === undefined ? null : sinceOf(values.since);
	return { follow: values.follow, since, limit: values.lines ?? (since === null ? DEFAULT_LINES : MAX_LINES) };
}

export function windowOf({ since, limit }: LogRequest, now: number): LogWindow {
	return { limit, since: since === null ? null : 'at' in since ? since.at : now - since.ago };
}

function sinceOf(written: string): LogRequest['since'] {
	if (/^\d+[smhd]$/.test(written)) return { ago: duration(written) * 1000 };
	const at = Date.parse(written);
	// A day alone, or a number that is read as a year, is hardly what was meant.
	if (!/^\d{4}-\d\d-\d\dT/.test(written) || Number.isNaN(at)) {
		throw usageError(`--since must be a time such as 30m, 2h or 2026-04-02T12:00:00Z, got '${written}'`);
	}
	return { at };
}
