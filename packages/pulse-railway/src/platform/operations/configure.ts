import { z } from 'zod';
import { mutation, type Operation } from '../operation.ts';
import type { InstanceInput } from './services.ts';
import type { VariablesInput } from './variables.ts';

export interface ConfigureShape {
	/** Positions of the services whose variables, and whose settings, are written. */
	readonly variables: readonly number[];
	readonly settings: readonly number[];
}

export type ConfigureVariables = { readonly environmentId: string } & {
	readonly [name: `v${number}`]: VariablesInput;
	readonly [name: `i${number}`]: InstanceInput;
	readonly [name: `s${number}`]: string;
};

/** Variables and settings of several services in one request. */
export function configureServices(shape: ConfigureShape): Operation<ConfigureVariables, Record<string, boolean>> {
	const parameters = [
		...(shape.settings.length === 0 ? [] : ['$environmentId: String!']),
		...shape.variables.map((at) => `$v${at}: VariableCollectionUpsertInput!`),
		...shape.settings.flatMap((at) => [`$s${at}: String!`, `$i${at}: ServiceInstanceUpdateInput!`]),
	];
	const fields = [
		...shape.variables.map((at) => `v${at}: variableCollectionUpsert(input: $v${at})`),
		...shape.settings.map(
			(at) => `i${at}: serviceInstanceUpdate(serviceId: $s${at}, environmentId: $environmentId, input: $i${at})`,
		),
	];
	return mutation(
		'configureServices',
		`(${parameters.join(', ')}) { ${fields.join('\n')} }`,
		z.record(z.string(), z.boolean()),
	);
}
