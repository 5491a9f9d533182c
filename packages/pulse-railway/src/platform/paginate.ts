import { z } from 'zod';
import { PlatformError } from './error.ts';

/** Asked for at once; Railway may give fewer. */
export const PAGE_SIZE = 100;

export const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';

export interface Page<T> {
	readonly edges: readonly { readonly node: T }[];
	readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
}

export function page<T>(node: z.ZodType<T>): z.ZodType<Page<T>> {
	return z.object({
		edges: z.array(z.object({ node })),
		pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
	});
}

/** Everything from `first` on; further pages are asked for by cursor. */
export async function restOf<T>(
	operation: string,
	first: Page<T>,
	next: (after: string) => Promise<Page<T>>,
): Promise<readonly T[]> {
	const nodes = first.edges.map((edge) => edge.node);
	let current = first;
	while (current.pageInfo.hasNextPage) {
		const cursor = current.pageInfo.endCursor;
		if (cursor === null || cursor === undefined) throw stuck(operation);
		current = await next(cursor);
		if (current.pageInfo.endCursor === cursor) throw stuck(operation);
		nodes.push(...current.edges.map((edge) => edge.node));
	}
	return nodes;
}

/** Half a list must never pass for a whole one. */
function stuck(operation: string): PlatformError {
	return new PlatformError(
		'unavailable',
		`Railway says ${operation} has more pages, but gives no way to the next one.`,
		{
			operation,
			mayHaveHappened: false,
		},
	);
}
