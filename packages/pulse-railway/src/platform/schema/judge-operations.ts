import type { DocumentNode, GraphQLInputObjectType, GraphQLSchema } from 'graphql';
import type { AnyOperation } from '../operations/all.ts';
import {
	isInputObjectType,
	isRequiredInputField,
	NoDeprecatedCustomRule,
	specifiedRules,
	validate,
	visit,
} from './graphql-js.ts';
import type { OperationTrouble } from './report.ts';

/** What of one operation the schema does not take. Pure. */
export function judgeOperation(
	schema: GraphQLSchema,
	{ name: operation, inputs = {} }: AnyOperation,
	document: DocumentNode,
): readonly OperationTrouble[] {
	const trouble = (kind: OperationTrouble['kind']) => (why: string) => ({ operation, kind, why });
	const text = ({ message }: { readonly message: string }) => message;
	const sent = inputTypes(document).map(([variable, name]) => ({
		type: schema.getType(name),
		keys: Object.keys((inputs as Readonly<Record<string, object>>)[variable] ?? {}),
	}));
	const refused = [
		...validate(schema, document, specifiedRules).map(text),
		...sent.flatMap(({ type, keys }) => (isInputObjectType(type) ? missingFields(type, keys) : [])),
	];
	const deprecated = [
		...validate(schema, document, [NoDeprecatedCustomRule]).map(text),
		...sent.flatMap(({ type, keys }) => (isInputObjectType(type) ? deprecatedFields(type, keys) : [])),
	];
	return [...refused.map(trouble('refused')), ...deprecated.map(trouble('deprecated'))];
}

/** What is sent and not taken, and what is asked for and not sent. Without keys nothing is known of what is sent. */
function missingFields(type: GraphQLInputObjectType, keys: readonly string[]): string[] {
	if (keys.length === 0) return [];
	const fields = type.getFields();
	const unknown = keys.filter((key) => !Object.hasOwn(fields, key));
	const asked = Object.values(fields).filter((field) => isRequiredInputField(field) && !keys.includes(field.name));
	return [
		...unknown.map((key) => `Field "${key}" is not defined by type "${type}".`),
		...asked.map(({ name }) => `Field "${type}.${name}" of required type was not provided.`),
	];
}

function deprecatedFields(type: GraphQLInputObjectType, keys: readonly string[]): string[] {
	return Object.values(type.getFields())
		.filter(({ name, deprecationReason }) => deprecationReason != null && keys.includes(name))
		.map(({ name, deprecationReason }) => `The input field ${type}.${name} is deprecated. ${deprecationReason}`);
}

/** Variables with the names of their types. */
function inputTypes(document: DocumentNode): readonly (readonly [variable: string, type: string])[] {
	const found: [string, string][] = [];
	visit(document, {
		VariableDefinition: ({ variable, type }) => {
			let named = type;
			while (named.kind !== 'NamedType') named = named.type;
			found.push([variable.name.value, named.name.value]);
		},
	});
	return found;
}
