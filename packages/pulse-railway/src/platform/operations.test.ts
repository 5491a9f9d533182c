import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
	buildSchema,
	type DocumentNode,
	type GraphQLSchema,
	NoDeprecatedCustomRule,
	parse,
	specifiedRules,
	validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { allOperations } from './operations/all.ts';
import { WRITES } from './repeatable.ts';

const operations = allOperations();

const own = new URL('../../../railway-local/schema.graphql', import.meta.url);
const real = new URL('../../../../../shared/railway/schema.graphql', import.meta.url);

describe.each([
	['the schema that the local platform runs', own],
	['the schema of Railway', real],
])('%s', (_title, location) => {
	const path = fileURLToPath(location);
	if (!existsSync(path)) {
		test.skip(`no schema at ${path}`, () => {});
		return;
	}
	const schema: GraphQLSchema = buildSchema(readFileSync(path, 'utf8'), { assumeValidSDL: true });
	test.each(operations.map((operation) => [operation.name, parse(operation.document)] as [string, DocumentNode]))(
		'accepts %s (R7.19)',
		(_name, document) => {
			expect(
				validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule]).map((error) => error.message),
			).toEqual([]);
		},
	);
});

test('every write has a row in the table of what may be repeated', () => {
	const writes = operations.filter((operation) => operation.document.startsWith('mutation'));
	expect(writes.length).toBeGreaterThan(8);
	for (const { name, repeatable } of writes) expect([name, repeatable]).toEqual([name, WRITES[name as 'upload'][0]]);
});

test('every operation is named once', () => {
	const names = operations.map((operation) => operation.name);
	expect(new Set(names).size).toBe(names.length);
});
