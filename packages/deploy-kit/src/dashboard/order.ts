import type { Verb } from './view.ts';

/** What a person wants done, as the page sends it. */
export interface Order {
	readonly verb: Verb;
	/** `null`: the one that the command chooses. */
	readonly id: string | null;
	/** What is said with it, as it would be typed: `--by`, `--within`, `--to`. */
	readonly flags: Readonly<Partial<Record<FlagKey, string>>>;
}

const FLAGS = { rollback: [], redeploy: [], promote: ['to'], recall: ['within'], drain: ['by'] } as const;
type FlagKey = 'by' | 'within' | 'to';
const ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
/** The command itself says what is wrong with a time or a share. */
const TYPED = /^[\w%:,.+ -]{1,40}$/;

/** `null` for anything that no page of ours sends. */
export function readOrder(json: unknown): Order | null {
	const { verb, id = null, flags = {} } = (json ?? {}) as Record<string, unknown>;
	if (typeof verb !== 'string' || !Object.hasOwn(FLAGS, verb)) return null;
	if (id !== null && (typeof id !== 'string' || !ID.test(id))) return null;
	if (id === null && verb !== 'rollback') return null;
	if (typeof flags !== 'object' || flags === null || Array.isArray(flags)) return null;
	const known: readonly string[] = FLAGS[verb as Verb];
	const given = Object.entries(flags);
	if (!given.every(([key, value]) => known.includes(key) && typeof value === 'string' && TYPED.test(value)))
		return null;
	return { verb: verb as Verb, id, flags: Object.fromEntries(given) };
}

/** As it would be typed. */
export function commandText(tool: string, { verb, id, flags }: Order): string {
	const words = verb === 'redeploy' ? ['rollback', '--redeploy'] : [verb];
	const typed = Object.entries(flags).map(([key, value]) => `--${key} ${value}`);
	return [tool, ...words, ...(id === null ? [] : [id]), ...typed].join(' ');
}
