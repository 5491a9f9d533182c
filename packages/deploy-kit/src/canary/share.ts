/** Shares of new visitors are whole hundredths of a percent: 500 is 5 %, and 10,000 everybody. */
export const WHOLE = 10_000;

/** `5%`, `0.5%`, `12.25 %`. @throws for anything else, and for 0 and more than 100 % */
function parseShare(written: string): number {
	const [, whole = '', part = ''] = /^\s*(\d{1,3})(?:\.(\d{1,2}))?\s*%\s*$/.exec(written) ?? [];
	const share = Number(whole) * 100 + Number(part.padEnd(2, '0'));
	if (whole === '' || share === 0 || share > WHOLE) {
		throw new Error(`must be a share such as 5% or 0.5%, at most 100%, got '${written}'`);
	}
	return share;
}

/** `5%,25%,100%`, or a list of them: each larger than the one before. @throws for anything else */
export function parseShares(raw: unknown): readonly number[] {
	if (typeof raw !== 'string' && !Array.isArray(raw)) throw new Error(`must be text, got ${typeof raw}`);
	const shares = raw.toString().split(',').map(parseShare);
	const at = shares.findIndex((share, index) => index > 0 && share <= shares[index - 1]!);
	if (at !== -1) throw new Error(`must grow from step to step, got '${raw}'`);
	return shares;
}

/** `5 %`, `0.5 %`. */
export function shareText(share: number): string {
	return `${share / 100} %`;
}
