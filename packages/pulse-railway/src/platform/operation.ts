import type { z } from 'zod';
import { type Repeatable, WRITES, type WriteName } from './repeatable.ts';

/** One GraphQL document with the types of its variables and of its answer. Optional variables are omitted, never null. */
export interface Operation<Variables extends object, Result> {
	readonly name: string;
	readonly document: string;
	readonly repeatable: Repeatable;
	/** Changes nothing. */
	readonly reads: boolean;
	readonly result: z.ZodType<Result>;
	/** By variable: what an input has that is sent as it. The type has the same keys, so that none is forgotten. */
	readonly inputs?: Inputs<Variables>;
	/** Never present; carries the type. */
	readonly variables?: Variables;
}

type KeysOf<T> = T extends T ? keyof T & string : never;

type Inputs<Variables> = {
	readonly [Name in keyof Variables]?: Variables[Name] extends object
		? Readonly<Record<KeysOf<Variables[Name]>, true>>
		: never;
};

/** `text` starts after the keyword: `query('me', '{ me { id } }', …)`. */
export function query<Variables extends object, Result>(
	name: string,
	text: string,
	result: z.ZodType<Result>,
): Operation<Variables, Result> {
	return { name, document: `query ${name}${text}`, repeatable: 'yes', reads: true, result };
}

export function mutation<Variables extends object, Result>(
	name: WriteName,
	text: string,
	result: z.ZodType<Result>,
	inputs: Inputs<Variables> = {},
): Operation<Variables, Result> {
	return { name, document: `mutation ${name}${text}`, repeatable: WRITES[name][0], reads: false, result, inputs };
}
