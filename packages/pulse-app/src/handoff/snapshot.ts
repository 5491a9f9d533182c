import { z } from 'zod';
import type { Serialized } from '../wire/serialize.ts';
import type { Parts } from './hooks.ts';

/** For how long a snapshot waits for its page. */
export const KEPT_MS = 60_000;
/** Of all parts of one page together, as JSON: a crowd that is moved at once leaves all of its snapshots in the store. */
export const MAX_SNAPSHOT_BYTES = 32 * 1024;

/** What a page hands over. */
export interface Snapshot {
	/** Unix milliseconds. */
	readonly takenAt: number;
	/** Paths that the page showed: a page at another address is another page. */
	readonly paths: readonly string[];
	readonly parts: Parts;
}

const snapshotShape = z.object({
	takenAt: z.number(),
	paths: z.array(z.string()),
	parts: z.array(z.tuple([z.string().nullable(), z.object({ schema: z.number(), state: z.custom<Serialized>() })])),
});

/** Throws for what is too large. */
export function writeSnapshot({ takenAt, paths, parts }: Snapshot): string {
	const text = JSON.stringify({ takenAt, paths, parts: [...parts] });
	const bytes = Buffer.byteLength(text);
	if (bytes <= MAX_SNAPSHOT_BYTES) return text;
	throw new Error(`a snapshot has ${MAX_SNAPSHOT_BYTES} bytes at most, not ${bytes}`);
}

/** Throws for what is none, or too old. */
export function readSnapshot(text: string, now: number): Snapshot {
	const read = snapshotShape.safeParse(JSON.parse(text));
	if (!read.success) throw new Error('it is not a snapshot');
	const { takenAt, paths, parts } = read.data;
	// The clocks of two servers differ: what comes from a little ahead is as fresh.
	if (Math.abs(now - takenAt) > KEPT_MS) throw new Error('it is too old');
	return { takenAt, paths, parts: new Map(parts) };
}
