import { readRequest } from '../entry/read-request.ts';
import { mutatedRequest } from './mutated-request.ts';
import { randomFrom } from './random.ts';
import { type ReadRequest, readByNode } from './read-by-node.ts';

/** The request that begins `bytes` by our own reader. */
export function readByUs(bytes: Buffer): (ReadRequest & { readonly end: number }) | null {
	const text = bytes.toString('latin1');
	const read = readRequest(text, bytes.length);
	if (read === null) return null;
	const { method, target, headers, bodyAt, end } = read;
	return { method, target, headers, body: text.slice(bodyAt, end), end };
}

export interface HeadsResult {
	readonly sent: number;
	/** By our reader; Node's accepts more. */
	readonly accepted: number;
	/** What both accept and read in two ways, or what only ours accepts. */
	readonly differing: readonly string[];
}

/** Mutated requests, read by both parsers. */
export async function fuzzRequestHeads(count: number, seed: number): Promise<HeadsResult> {
	const random = randomFrom(seed);
	const differing: string[] = [];
	let accepted = 0;
	for (let sent = 0; sent < count; sent++) {
		const bytes = mutatedRequest(random);
		const ours = readByUs(bytes);
		if (ours === null) continue;
		accepted++;
		const { end, ...read } = ours;
		// What is behind it is a request of its own, or none.
		const theirs = await readByNode(bytes.subarray(0, end));
		if (JSON.stringify(theirs) !== JSON.stringify(read)) differing.push(bytes.toString('latin1'));
	}
	return { sent: count, accepted, differing };
}
