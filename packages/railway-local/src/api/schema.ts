import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';

/** Beside the sources, and shipped with them: the compiler leaves other files alone. */
const SCHEMA_FILE = new URL('../../schema.graphql', import.meta.url);

export function loadSchema(): GraphQLSchema {
	return buildSchema(readFileSync(SCHEMA_FILE, 'utf8'));
}
