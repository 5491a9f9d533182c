import type { GraphQLSchema, IntrospectionQuery } from 'graphql';
import { buildClientSchema } from './graphql-js.ts';
import type { LiveType, LiveValue, TypeReference } from './introspection.ts';

export interface Roots {
	readonly query: string;
	readonly mutation: string;
}

/** Types by name; `null` for what the server does not have. */
export type LiveTypes = ReadonlyMap<string, LiveType | null>;

const name = 'String';
const SCALARS = ['String', 'Int', 'Float', 'Boolean', 'ID'];
const NON_NULL_BOOLEAN = { kind: 'NON_NULL', ofType: { kind: 'SCALAR', name: 'Boolean' } };
const CONDITION = { args: [{ name: 'if', type: NON_NULL_BOOLEAN }], locations: ['FIELD'] };

/**
 * The part of a schema that was read, and of all that it only names as little as makes it whole: a type of the same kind and
 * name with nothing in it. @throws for names that no schema has
 */
export function partialSchema(roots: Roots, types: LiveTypes): GraphQLSchema {
	const known = [...types.values()].filter((type) => type !== null);
	const all = new Map<string, object>(SCALARS.map((scalar) => [scalar, whole({ kind: 'SCALAR', name: scalar })]));
	for (const type of known) for (const one of namedIn(type)) if (!all.has(one.name)) all.set(one.name, whole(one));
	for (const type of known) all.set(type.name, whole(type));
	const __schema = {
		queryType: { name: roots.query },
		mutationType: { name: roots.mutation },
		subscriptionType: null,
		types: [...all.values()],
		directives: ['include', 'skip'].map((directive) => ({ name: directive, ...CONDITION })),
	};
	return buildClientSchema({ __schema } as unknown as IntrospectionQuery, { assumeValid: true });
}

const EMPTY = { name: '_', args: [], type: { kind: 'SCALAR', name } };

function whole(type: Pick<LiveType, 'kind' | 'name'> & Partial<LiveType>): object {
	const { fields, inputFields, enumValues } = type;
	return {
		...type,
		fields: fields?.map((field) => ({ ...field, args: field.args.map(mayBeLeftOut) })) ?? [EMPTY],
		inputFields: inputFields?.map(mayBeLeftOut) ?? [EMPTY],
		enumValues: enumValues ?? [{ name: '_' }],
		interfaces: [],
		possibleTypes: [],
	};
}

/**
 * What has a default need not be sent. The default itself may be of an enum that was not read, which graphql-js would drop, and
 * then ask for the argument.
 */
function mayBeLeftOut<Value extends LiveValue>(value: Value): Value {
	const { defaultValue, type } = value;
	if (defaultValue == null) return value;
	return { ...value, defaultValue: null, type: (type.kind === 'NON_NULL' && type.ofType) || type };
}

function namedIn({ fields, inputFields }: LiveType): { kind: LiveType['kind']; name: string }[] {
	const given = (fields ?? []).flatMap(({ args, type }) => [type, ...args.map((one) => one.type)]);
	return [...given, ...(inputFields ?? []).map((one) => one.type)].flatMap((reference) => {
		const last = lastOf(reference);
		return last === null ? [] : [last];
	});
}

function lastOf(reference: TypeReference): { kind: LiveType['kind']; name: string } | null {
	if (reference.ofType) return lastOf(reference.ofType);
	return reference.name ? { kind: reference.kind as LiveType['kind'], name: reference.name } : null;
}
