import type { Operation } from '../operation.ts';
import * as account from './account.ts';
import { configureServices } from './configure.ts';
import * as deployments from './deployments.ts';
import * as observe from './observe.ts';
import * as services from './services.ts';
import * as templates from './templates.ts';
import * as usage from './usage.ts';
import * as variables from './variables.ts';

export type AnyOperation = Operation<object, unknown>;

/** All that is sent to Railway. Documents that are made for so many services stand here for several numbers of them. */
export function allOperations(): readonly AnyOperation[] {
	return [
		...[account, deployments, observe, services, templates, usage, variables].flatMap((module) =>
			Object.values(module).filter(isOperation),
		),
		configureServices({ variables: [0, 1], settings: [1, 2] }),
		{ ...variables.readVariables(0), name: 'readVariables of none' },
		{ ...variables.readVariables(25), name: 'readVariables of 25' },
	];
}

function isOperation(value: unknown): value is AnyOperation {
	return typeof value === 'object' && value !== null && 'document' in value;
}
