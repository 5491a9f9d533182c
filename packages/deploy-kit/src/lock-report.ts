import type { Host } from './host.ts';
import { DeclinedError } from './plan/proposal.ts';
import { printableLine } from './printable.ts';
import { flag } from './setting-kinds.ts';
import type { SettingTable } from './settings.ts';

/** What `lock` tells on both platforms. Keys as scripts read them. */
export interface LockReport {
	readonly held: boolean;
	/** User, machine and command. */
	readonly by: string | null;
	/** `null` where an older version holds it. */
	readonly command: string | null;
	/** ISO 8601; `null` where it is not known. */
	readonly since: string | null;
	/** ISO 8601: when another command may have it, unless it is renewed; a broken one is not. */
	readonly lapses_at: string | null;
	/** It was taken from that command now. */
	readonly broken: boolean;
}

/** Times in Unix ms. */
export interface SeenHolder {
	readonly by: string;
	readonly since: number | null;
	readonly lapsesAt: number;
}

export const breakSettings = {
	break: {
		flag: '--break',
		describe: 'take it from that command, after asking; it ends without touching anything more',
		default: false,
		parse: flag,
	},
} satisfies SettingTable;

export function lockReport(holder: SeenHolder | null, broken: boolean): LockReport {
	if (holder === null) return { held: false, by: null, command: null, since: null, lapses_at: null, broken };
	const { by, since, lapsesAt } = holder;
	return {
		held: true,
		by,
		command: /: (pulse-(?:railway|aws) .*)$/s.exec(by)?.[1] ?? null,
		since: since === null ? null : new Date(since).toISOString(),
		lapses_at: new Date(lapsesAt).toISOString(),
		broken,
	};
}

/** @param now Unix ms */
export function renderLock({ by, since, lapses_at, broken }: LockReport, now: number): string {
	if (by === null || lapses_at === null) return 'The deploy lock is free.';
	const until = `${lapses_at.slice(0, 19)}Z`;
	const when = since === null ? '' : ` since ${since.slice(0, 19)}Z`;
	const end = broken
		? `Taken from it; the next command gets the lock after ${until}.`
		: Date.parse(lapses_at) < now
			? 'It was not renewed in time: that command was killed, or sleeps. The next one takes it by itself.'
			: `The next command gets it when that one ends, or after ${until} where it was killed.`;
	return `The deploy lock is held by ${printableLine(by)}${when}.\n${end}`;
}

/** @throws DeclinedError */
export async function agreeToBreak(host: Host, by: string): Promise<void> {
	const text = `Take the deploy lock from ${printableLine(by)}? Where it still runs, it ends, and says what it left.`;
	if (!(await host.ask({ text, default: false }))) {
		throw new DeclinedError('Run it with --yes to agree without being asked.');
	}
}
