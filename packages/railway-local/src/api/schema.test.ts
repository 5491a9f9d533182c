import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
	buildSchema,
	type GraphQLField,
	type GraphQLNamedType,
	isEnumType,
	isInputObjectType,
	isInterfaceType,
	isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';
import { loadSchema } from './schema.ts';

const FULL = fileURLToPath(new URL('../../../../../shared/railway/schema.graphql', import.meta.url));

function signature(field: GraphQLField<unknown, unknown>): string {
	const args = field.args.map((arg) => `${arg.name}: ${arg.type} = ${JSON.stringify(arg.defaultValue)}`).sort();
	return `${field.name}(${args.join(', ')}): ${field.type}`;
}

/** Input objects and enums must be whole: an answer may leave fields out, a question may not be narrowed. */
function lines(type: GraphQLNamedType): string[] {
	if (isObjectType(type) || isInterfaceType(type)) return Object.values(type.getFields()).map(signature);
	if (isInputObjectType(type)) {
		const fields = Object.values(type.getFields());
		return fields.map((field) => `${field.name}: ${field.type} = ${JSON.stringify(field.defaultValue)}`).sort();
	}
	return isEnumType(type)
		? [
				type
					.getValues()
					.map(({ name }) => name)
					.join(' '),
			]
		: [type.toString()];
}

/** Asked by the official CLI 5.71.0, whose copy of the schema has them; the published one is older. */
const NEWER = ['tracingEnabled(): Boolean!', 'autoInstrumentationEnabled(): Boolean!'];

test.skipIf(!existsSync(FULL))('every line of the schema is the real one (skipped without the full schema)', () => {
	const full = buildSchema(readFileSync(FULL, 'utf8'));
	for (const type of Object.values(loadSchema().getTypeMap())) {
		if (type.name.startsWith('__')) continue;
		const real = full.getType(type.name);
		expect(real, type.name).toBeDefined();
		if (isObjectType(type) || isInterfaceType(type)) {
			const known = [...lines(real!), ...(type.name === 'ServiceInstance' ? NEWER : [])];
			expect(known).toEqual(expect.arrayContaining(lines(type)));
		} else expect(lines(type), type.name).toEqual(lines(real!));
	}
});
