import { z } from 'zod';
import { query } from '../operation.ts';

/** Non-null lists of non-nulls have four; one more than any type of today. */
const DEEP = 6;

const reference: z.ZodType<TypeReference> = z.object({
	kind: z.string(),
	name: z.string().nullish(),
	get ofType() {
		return reference.nullish();
	},
});

export interface TypeReference {
	readonly kind: string;
	readonly name?: string | null | undefined;
	readonly ofType?: TypeReference | null | undefined;
}

const value = z.object({
	name: z.string(),
	type: reference,
	defaultValue: z.string().nullish(),
	isDeprecated: z.boolean().optional(),
	deprecationReason: z.string().nullish(),
});
const type = z.object({
	kind: z.enum(['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM', 'INPUT_OBJECT']),
	name: z.string(),
	fields: z
		.array(
			z.object({
				name: z.string(),
				args: z.array(value),
				type: reference,
				isDeprecated: z.boolean(),
				deprecationReason: z.string().nullish(),
			}),
		)
		.nullish(),
	inputFields: z.array(value).nullish(),
	enumValues: z.array(z.object({ name: z.string() })).nullish(),
});

/** An argument, or a field of an input. */
export type LiveValue = z.infer<typeof value>;

/** A type as a server describes it; of others it names kind and name alone. */
export type LiveType = z.infer<typeof type>;

const named = z.object({ name: z.string() });

/** The roots, and whether the server tells deprecated arguments where it is asked to; an older one lists them anyway. */
export const readRoots = query(
	'readRoots',
	`{
		__schema { queryType { name } mutationType { name } }
		meta: __type(name: "__Field") { fields { name args { name } } }
	}`,
	z.object({
		__schema: z.object({ queryType: named, mutationType: named }),
		meta: z.object({ fields: z.array(z.object({ name: z.string(), args: z.array(named) })) }),
	}),
);

/** Several types in one request; `null` for one that is not there. */
export function readTypes(count: number, tellsDeprecated: boolean) {
	const at = Array.from({ length: count }, (_, index) => index);
	const all = tellsDeprecated ? '(includeDeprecated: true)' : '';
	const ref = Array.from({ length: DEEP }).reduce<string>((inner) => `kind name ofType { ${inner} }`, 'kind name');
	const told = tellsDeprecated ? 'isDeprecated deprecationReason' : '';
	return query<Readonly<Record<`n${number}`, string>>, Record<string, LiveType | null>>(
		'readTypes',
		`(${at.map((index) => `$n${index}: String!`).join(', ')}) {
			${at.map((index) => `t${index}: __type(name: $n${index}) { ...T }`).join('\n')}
		}
		fragment T on __Type {
			kind name
			fields(includeDeprecated: true) {
				name args${all} { ...V } type { ...R } isDeprecated deprecationReason
			}
			inputFields${all} { ...V }
			enumValues(includeDeprecated: true) { name }
		}
		fragment V on __InputValue { name type { ...R } defaultValue ${told} }
		fragment R on __Type { ${ref} }`,
		z.record(z.string(), type.nullable()),
	);
}
