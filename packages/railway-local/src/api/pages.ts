import { Refusal } from '../refusal.ts';

export interface PageArguments {
	readonly first?: number | null;
	readonly after?: string | null;
	readonly last?: number | null;
	readonly before?: string | null;
}

export interface Connection<T> {
	readonly edges: { readonly cursor: string; readonly node: T }[];
	readonly pageInfo: {
		readonly endCursor: string | null;
		readonly hasNextPage: boolean;
		readonly hasPreviousPage: boolean;
		readonly startCursor: string | null;
	};
}

/** Relay connection over rows in a stable order. A cursor is the id of its row, so insertions never shift a page. */
export function page<R extends { readonly id: string }, T>(
	rows: readonly R[],
	args: PageArguments,
	pageSize: number,
	node: (row: R) => T,
): Connection<T> {
	const from = args.after ? indexOf(rows, args.after) + 1 : 0;
	const to = args.before ? indexOf(rows, args.before) : rows.length;
	const window = rows.slice(from, to);
	const backwards = args.first == null && args.last != null;
	const size = Math.max(0, Math.min((backwards ? args.last : args.first) ?? pageSize, pageSize));
	const chosen = backwards ? window.slice(Math.max(0, window.length - size)) : window.slice(0, size);
	const start = from + (backwards ? window.length - chosen.length : 0);
	return {
		edges: chosen.map((row) => ({ cursor: encode(row.id), node: node(row) })),
		pageInfo: {
			startCursor: chosen.length > 0 ? encode(chosen[0]!.id) : null,
			endCursor: chosen.length > 0 ? encode(chosen.at(-1)!.id) : null,
			hasPreviousPage: start > 0,
			hasNextPage: start + chosen.length < rows.length,
		},
	};
}

const encode = (id: string): string => Buffer.from(`cursor:${id}`).toString('base64');

function indexOf(rows: readonly { readonly id: string }[], cursor: string): number {
	const at = rows.findIndex((row) => encode(row.id) === cursor);
	if (at < 0) throw new Refusal('Invalid cursor', 'BAD_USER_INPUT');
	return at;
}
