import type { Connection } from '../connection.ts';
import { PlatformError } from '../error.ts';
import { allOperations } from '../operations/all.ts';
import { STATUSES } from '../operations/observe.ts';
import { parse } from './graphql-js.ts';
import { type LiveType, readRoots, readTypes } from './introspection.ts';
import { judgeOperation } from './judge-operations.ts';
import { partialSchema } from './partial-schema.ts';
import type { SchemaReport } from './report.ts';
import { wantedTypes } from './wanted-types.ts';

/** Types asked for at once: the answer about the roots of Railway's schema alone has some hundred kilobytes. */
const AT_ONCE = 20;
/** Deeper than any document; a server that invents a new type each time would be asked for ever. */
const ROUNDS = 12;
const MOST_TYPES = 300;

/** Each operation that is sent, held against the schema of the server, by reading what they touch of it. */
export async function checkOperations(connection: Connection, signal: AbortSignal): Promise<SchemaReport> {
	const { __schema, meta } = await connection.run(readRoots, {}, signal);
	const roots = { query: __schema.queryType.name, mutation: __schema.mutationType.name };
	const args = meta.fields.find(({ name }) => name === 'args')?.args ?? [];
	const tellsDeprecated = args.some(({ name }) => name === 'includeDeprecated');
	const operations = allOperations();
	const documents = operations.map(({ document }) => parse(document));
	const types = new Map<string, LiveType | null>();
	for (let round = 0; round < ROUNDS; round++) {
		const wanted = wantedTypes(roots, types, documents);
		if (wanted.length === 0) break;
		if (types.size + wanted.length > MOST_TYPES) throw tooMany();
		for (let start = 0; start < wanted.length; start += AT_ONCE) {
			const names = wanted.slice(start, start + AT_ONCE);
			const variables = Object.fromEntries(names.map((name, index) => [`n${index}`, name]));
			const answer = await connection.run(readTypes(names.length, tellsDeprecated), variables, signal);
			for (const [index, name] of names.entries()) types.set(name, answer[`t${index}`] ?? null);
		}
	}
	const schema = partialSchema(roots, types);
	const trouble = operations.flatMap((operation, index) => judgeOperation(schema, operation, documents[index]!));
	const patch = types.get(roots.mutation)?.fields?.find(({ name }) => name === 'environmentPatchCommit');
	const statuses = types.get('DeploymentStatus')?.enumValues ?? [];
	return {
		operations: operations.length,
		trouble,
		facts: {
			patchSkipsDeploys: patch?.args.some(({ name }) => name === 'skipDeploys') ?? false,
			namesOwners: types.get('Environment')?.fields?.some(({ name }) => name === 'iacPartials') ?? false,
			unknownStatuses: statuses.filter(({ name }) => !isKnown(name)).length,
		},
	};
}

function tooMany(): PlatformError {
	return new PlatformError('rejected', 'The schema names more types than Railway has.', {
		operation: 'readTypes',
		mayHaveHappened: false,
	});
}

const isKnown = (status: string) => (STATUSES as readonly string[]).includes(status);
