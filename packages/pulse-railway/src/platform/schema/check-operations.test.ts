import { readFileSync } from 'node:fs';
import { buildSchema, graphqlSync, NoSchemaIntrospectionCustomRule, parse, validate } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOperations } from '../operations/all.ts';
import { type Hazard, type HazardServer, json, startHazardServer } from '../testing/hazard-server.ts';
import { checkOperations } from './check-operations.ts';

const sdl = readFileSync(new URL('../../../../railway-local/schema.graphql', import.meta.url), 'utf8');
const signal = new AbortController().signal;
let server: HazardServer;
beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

/** The schema that Railway has published, changed, as graphql-js tells it. */
function checked(change: readonly [from: string | RegExp, to: string] = ['', '']) {
	const [from, to] = change;
	const changed = sdl.replace(from, to);
	if (from !== '') expect(changed).not.toBe(sdl);
	const schema = buildSchema(changed, { assumeValidSDL: true });
	const answer: Hazard = (response, received, request) => {
		const told = graphqlSync({ schema, source: received.document, variableValues: received.variables });
		json(told)(response, received, request);
	};
	server.on('readRoots', answer);
	server.on('readTypes', answer);
	return checkOperations(server.connect(), signal);
}

test('the published schema takes all that is sent, and a part of it is enough to see that (R8.9)', async () => {
	const { operations, trouble, facts } = await checked();
	expect(trouble).toEqual([]);
	expect(operations).toBe(allOperations().length);
	expect(facts).toEqual({ patchSkipsDeploys: false, namesOwners: false, unknownStatuses: 0 });
	expect(server.received.length).toBeLessThanOrEqual(12);
});

test('what is sent of each input is known', () => {
	const named = allOperations().flatMap(({ document, inputs = {} }) =>
		[...document.matchAll(/\$(\w+): (\w+Input)!/g)].map(([, variable = '', type]) => ({
			type,
			known: variable in inputs,
		})),
	);
	const types = new Set(named.map(({ type }) => type));
	const known = new Set(named.filter((one) => one.known).map(({ type }) => type));
	expect([...types].filter((type) => !known.has(type))).toEqual([]);
	expect(types.size).toBeGreaterThan(6);
});

describe('a schema that has changed', () => {
	test.each<[string, readonly [string | RegExp, string], string]>([
		['a query that is gone', [/\n\s*workflowStatus\(/, '\n  workflowState('], 'readWorkflow'],
		['a field that is gone', [/\n\s*snapshotId: String/, ''], 'readBuild'],
		['an argument that is gone', [/anchorDate: String,?/, ''], 'readEnvironmentLogs'],
		[
			'an argument of another type',
			['usePreviousImageTag: Boolean', 'usePreviousImageTag: String'],
			'deploymentRedeploy',
		],
		[
			'an argument that must be given',
			[/deploymentRemove\(/, 'deploymentRemove(reason: String!, '],
			'deploymentRemove',
		],
		['an input type of another name', [/VariableDeleteInput/g, 'VariableRemoval'], 'variableDelete'],
		[
			'a field of an input that is gone',
			[/(input VariableCollectionUpsertInput \{[^}]*)skipDeploys: Boolean/, '$1skip: Boolean'],
			'variableCollectionUpsert',
		],
		[
			'a field of an input that must be given',
			[/input ServiceCreateInput \{/, 'input ServiceCreateInput {\n  region: String!'],
			'serviceCreate',
		],
	])('%s: the operation that would be refused is named', async (_change, change, operation) => {
		const { trouble } = await checked(change);
		expect(trouble.filter(({ kind }) => kind === 'refused').map((one) => one.operation)).toContain(operation);
	});

	test('what is going to be removed is told, of fields and of inputs', async () => {
		const change = [
			/(input ServiceInstanceUpdateInput \{[^}]*numReplicas: Int)/,
			'$1 @deprecated(reason: "by region")',
		] as const;
		expect((await checked(change)).trouble).toEqual([
			expect.objectContaining({ operation: 'serviceInstanceUpdate', kind: 'deprecated' }),
		]);
		const field = [
			/\n(\s*)deploymentStopped: Boolean!/,
			'\n$1deploymentStopped: Boolean! @deprecated(reason: "status")',
		] as const;
		expect((await checked(field)).trouble.map((one) => one.operation)).toContain('readDeployment');
	});

	test.each([
		['an argument', [/deploymentRemove\(/, 'deploymentRemove(how: RestartPolicyType! = NEVER, ']],
		[
			'a field of an input',
			[/input ServiceCreateInput \{/, 'input ServiceCreateInput {\n  how: [PublicRuntime!]! = [V2]'],
		],
	] as const)('%s that may be left out, for it has a default of an enum, is no trouble', async (_what, change) => {
		expect((await checked(change)).trouble).toEqual([]);
	});

	test('a state that is new, and what nobody could know before, are facts', async () => {
		expect(
			(await checked([/enum DeploymentStatus \{/, 'enum DeploymentStatus {\n  PAUSED'])).facts.unknownStatuses,
		).toBe(1);
		const skips = [/environmentPatchCommit\(/, 'environmentPatchCommit(skipDeploys: Boolean, '] as const;
		expect((await checked(skips)).facts.patchSkipsDeploys).toBe(true);
	});
});

test('an API that tells no schema is told of with its own words', async () => {
	const schema = buildSchema(sdl, { assumeValidSDL: true });
	const refuse: Hazard = (response, received, request) => {
		const refusals = validate(schema, parse(received.document), [NoSchemaIntrospectionCustomRule]);
		json({ errors: refusals.map(({ message }) => ({ message })) }, 400)(response, received, request);
	};
	server.on('readRoots', refuse);
	await expect(checkOperations(server.connect(), signal)).rejects.toThrow('introspection has been disabled');
});
