import { z } from 'zod';
import { mutation, type Operation, query } from '../operation.ts';
import type { EnvironmentIds } from './environment-ids.ts';

/** Unrendered variables of many scopes in one request: `shared`, and `s0`, `s1`, … for the services `$s0`, `$s1`, …. */
export function readVariables(
	serviceCount: number,
): Operation<EnvironmentIds & Record<`s${number}`, string>, Record<string, Record<string, string | null>>> {
	const indexes = Array.from({ length: serviceCount }, (_, index) => index);
	const parameters = indexes.map((index) => `, $s${index}: String!`).join('');
	const scope = 'projectId: $projectId, environmentId: $environmentId, unrendered: true';
	return query(
		'readVariables',
		`($projectId: String!, $environmentId: String!${parameters}) {
			shared: variables(${scope})
			${indexes.map((index) => `s${index}: variables(${scope}, serviceId: $s${index})`).join('\n')}
		}`,
		z.record(z.string(), z.record(z.string(), z.string().nullable())),
	);
}

interface VariableScope extends EnvironmentIds {
	/** Absent: shared variables. */
	readonly serviceId?: string;
}

/** Merges, and deploys nothing. */
export interface VariablesInput extends VariableScope {
	readonly variables: Readonly<Record<string, string>>;
	readonly replace: false;
	readonly skipDeploys: true;
}

export const upsertVariables = mutation<{ input: VariablesInput }, { variableCollectionUpsert: boolean }>(
	'variableCollectionUpsert',
	'($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }',
	z.object({ variableCollectionUpsert: z.boolean() }),
	{
		input: {
			projectId: true,
			environmentId: true,
			serviceId: true,
			variables: true,
			replace: true,
			skipDeploys: true,
		},
	},
);

export const deleteVariable = mutation<{ input: VariableScope & { name: string } }, { variableDelete: boolean }>(
	'variableDelete',
	'($input: VariableDeleteInput!) { variableDelete(input: $input) }',
	z.object({ variableDelete: z.boolean() }),
	{ input: { projectId: true, environmentId: true, serviceId: true, name: true } },
);
