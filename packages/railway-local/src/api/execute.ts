import {
	type DocumentNode,
	execute,
	GraphQLError,
	type GraphQLSchema,
	getOperationAST,
	type OperationDefinitionNode,
	parse,
	validate,
} from 'graphql';
import { Refusal } from '../refusal.ts';
import { newId } from '../world/ids.ts';
import type { ApiContext } from './context.ts';
import { deploymentMutations } from './mutations/deployments.ts';
import { projectMutations } from './mutations/projects.ts';
import { serviceMutations } from './mutations/services.ts';
import { variableMutations } from './mutations/variables.ts';
import { queries } from './queries.ts';

export interface GraphqlAnswer {
	readonly status: number;
	readonly body: { data?: unknown; errors?: unknown[] };
}

const ROOT = {
	query: queries,
	mutation: { ...projectMutations, ...serviceMutations, ...variableMutations, ...deploymentMutations },
};

export interface Prepared {
	readonly document: DocumentNode;
	readonly operation: OperationDefinitionNode;
	readonly kind: 'query' | 'mutation';
	readonly fields: readonly string[];
}

/** Parse and validation errors are HTTP 400, everything later 200 (facts §1.4). */
export function prepare(
	schema: GraphQLSchema,
	query: unknown,
	operationName: string | undefined,
): Prepared | GraphqlAnswer {
	if (typeof query !== 'string') return rejected('Must provide query string', 'BAD_USER_INPUT');
	let document: DocumentNode;
	try {
		document = parse(query);
	} catch (error) {
		return rejected((error as Error).message, 'GRAPHQL_PARSE_FAILED');
	}
	const invalid = validate(schema, document);
	if (invalid.length > 0) {
		return { status: 400, body: { errors: invalid.map((error) => shape(error, 'GRAPHQL_VALIDATION_FAILED')) } };
	}
	const operation = getOperationAST(document, operationName);
	if (!operation || operation.operation === 'subscription') {
		return rejected('Must provide one query or mutation', 'GRAPHQL_VALIDATION_FAILED');
	}
	const fields = operation.selectionSet.selections.flatMap((s) => (s.kind === 'Field' ? [s.name.value] : []));
	return { document, operation, kind: operation.operation, fields };
}

export async function run(
	schema: GraphQLSchema,
	{ document, kind }: Prepared,
	variables: Readonly<Record<string, unknown>>,
	operationName: string | undefined,
	context: ApiContext,
): Promise<GraphqlAnswer> {
	const result = await execute({
		schema,
		document,
		rootValue: guarded(ROOT[kind], context),
		contextValue: context,
		variableValues: variables,
		operationName,
	});
	// Variables that do not fit their types never reached a resolver.
	const early = result.data === undefined;
	const errors = result.errors?.map((error) => shape(error, early ? 'BAD_USER_INPUT' : codeOf(error)));
	return {
		status: early ? 400 : 200,
		body: { ...(early ? {} : { data: result.data }), ...(errors ? { errors } : {}) },
	};
}

/** A kind of token may be kept from some fields: the real matrix is unpublished (facts §1.2). */
function guarded(root: object, { caller, behaviour }: ApiContext): object {
	const forbidden = caller.kind === 'nobody' ? [] : (behaviour.forbidden[caller.kind] ?? []);
	const refuse = () => {
		throw new Refusal('Not Authorized');
	};
	return { ...root, ...Object.fromEntries(forbidden.map((field) => [field, refuse])) };
}

function codeOf(error: GraphQLError): string {
	return error.originalError instanceof Refusal ? error.originalError.code : 'INTERNAL_SERVER_ERROR';
}

export function shape(error: GraphQLError, code: string): object {
	const { message, locations, path } = error.toJSON();
	const shown =
		error.originalError && !(error.originalError instanceof Refusal) ? 'Problem processing request' : message;
	return {
		message: shown,
		...(locations ? { locations } : {}),
		...(path ? { path } : {}),
		extensions: { code },
		traceId: newId(),
	};
}

function rejected(message: string, code: string): GraphqlAnswer {
	return { status: 400, body: { errors: [shape(new GraphQLError(message), code)] } };
}
