import { serialize } from '../wire/serialize.ts';
import { type DrainHooks, nameOf, type Part, type Parts } from './hooks.ts';
import { within } from './within.ts';

/** What hooks gave in time, and why those that did not have nothing to hand over. */
export interface Collected {
	readonly parts: Parts;
	readonly failures: readonly string[];
}

/** Asks all hooks at once. */
export async function collect(hooks: DrainHooks, budgetMs: number): Promise<Collected> {
	const parts = new Map<string | null, Part>();
	const failures: string[] = [];
	const ask = [...hooks].map(async ([name, { schema, take }]) => {
		try {
			const state = await within(budgetMs, take);
			if (state !== undefined) parts.set(name, { schema, state: serialize(state) });
		} catch (error) {
			failures.push(`${nameOf(name)}: ${reasonOf(error)}`);
		}
	});
	await Promise.all(ask);
	return { parts, failures };
}

/** Hooks of the app may throw anything. */
export function reasonOf(error: unknown): string {
	try {
		return error instanceof Error ? error.message : String(error);
	} catch {
		return 'it threw what has no text';
	}
}
