import { usageError } from '../errors.ts';
import { duration } from '../setting-kinds.ts';
import type { SettingTable } from '../settings.ts';
import { parseShares, shareText, WHOLE } from './share.ts';

const every = {
	flag: '--every <time>',
	describe: 'with several shares: how long each lasts at least, e.g. 10m',
	parse: duration,
};

/** What `deploy` is told of a canary. */
export const canarySettings = {
	canary: {
		flag: '--canary <shares>',
		describe: 'send this share of new visitors to it, and halt by itself where it fails more: 5%, or 5%,25%,100%',
		parse: parseShares,
	},
	every,
} satisfies SettingTable;

/** What `promote` is told of one. */
export const widenSettings = {
	to: {
		flag: '--to <shares>',
		describe: 'of a canary: this share of new visitors instead of all, e.g. 25%, or 25%,100%',
		parse: parseShares,
	},
	every,
} satisfies SettingTable;

export interface CanaryTerms {
	/** Of new visitors, in hundredths of a percent. */
	readonly share: number;
	/** The shares that follow by themselves. */
	readonly next: readonly number[];
	/** How long each lasts at least; `null` where nothing follows. */
	readonly everyMs: number | null;
}

/** The shortest step: counts travel by the second, and the first look needs some. */
const MIN_EVERY_SECONDS = 10;

/**
 * @param flag as it was typed, for errors
 * @returns `undefined` where no share was given
 * @throws usage error for a schedule without a time, or a time without a schedule
 */
export function canaryTerms(
	flag: '--canary' | '--to',
	shares: readonly number[] | undefined,
	everySeconds: number | undefined,
): CanaryTerms | undefined {
	const [share, ...next] = shares ?? [];
	if (everySeconds !== undefined && next.length === 0) {
		throw usageError(`--every is for several shares: ${flag} 5%,25%,100% --every 10m`);
	}
	if (share === undefined) return undefined;
	if (flag === '--canary' && share === WHOLE) {
		throw usageError('a canary of 100 % is no canary', 'Leave --canary out.');
	}
	if (next.length === 0) return { share, next, everyMs: null };
	if (everySeconds === undefined) {
		throw usageError('several shares need a time between them', `Say how long each lasts: --every 10m.`);
	}
	if (everySeconds < MIN_EVERY_SECONDS) throw usageError(`--every must be at least ${MIN_EVERY_SECONDS}s`);
	return { share, next, everyMs: everySeconds * 1000 };
}

/** `5 % of new visitors, then 25 % and 100 %, 10m each at least`. */
export function termsText({ share, next, everyMs }: CanaryTerms, spanText: (seconds: number) => string): string {
	const first = `${shareText(share)} of new visitors`;
	if (next.length === 0 || everyMs === null) return first;
	return `${first}, then ${next.map(shareText).join(', then ')}; each for ${spanText(everyMs / 1000)} at least`;
}
