import type { Parameter } from '@aws-sdk/client-ssm';
import type { Arns } from '../arn.ts';
import { callerOf } from '../calls/caller.ts';
import type { Handlers } from '../calls/handlers.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import { AwsError, required } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import { type Throughput, throughputLimit } from './throughput.ts';

const MOST_STANDARD_BYTES = 4_096;
const MOST_VERSIONS = 100;
const MOST_PER_REGION = 10_000;

export interface StoredParameter {
	readonly name: string;
	readonly type: string;
	readonly value: string;
	readonly version: number;
	/** Unix ms. */
	readonly modified: number;
	/** ARN. */
	readonly modifiedBy: string;
	readonly earlier: readonly StoredParameter[];
}

export interface SsmOptions {
	/** Calls a second before `ThrottlingException`. Default: no limit; `ACCOUNT_THROUGHPUT` is what an account gets. */
	readonly throughput?: Throughput;
}

export function ssmApi(
	parameters: Map<string, StoredParameter>,
	arns: Arns,
	clock: WorldClock,
	options: SsmOptions = {},
): Handlers<'ssm'> {
	const spend = throughputLimit(clock, options.throughput);
	const view = (parameter: StoredParameter, decrypts = false): Parameter => ({
		Name: parameter.name,
		Type: parameter.type as 'String',
		Value: parameter.type === 'SecureString' && !decrypts ? encrypted(parameter.value) : parameter.value,
		Version: parameter.version,
		LastModifiedDate: new Date(parameter.modified),
		ARN: arns.of('ssm', `parameter${parameter.name.startsWith('/') ? '' : '/'}${parameter.name}`),
		DataType: 'text',
	});
	let shortPage = false;
	return {
		putParameter(input) {
			spend('put');
			const name = validName(input.Name);
			const value = required(input.Value, 'Value', 'ValidationException');
			if (Buffer.byteLength(value) > MOST_STANDARD_BYTES) {
				throw new AwsError('ValidationException', 'Standard tier parameters support a maximum parameter value of 4096');
			}
			if (value.includes('{{')) {
				throw new AwsError('ValidationException', 'Parameter value can not nest another parameter');
			}
			const known = parameters.get(name);
			if (known && !input.Overwrite) {
				throw new AwsError('ParameterAlreadyExists', 'The parameter already exists. Set Overwrite to replace it.');
			}
			if (!known && !input.Type) throw new AwsError('ValidationException', 'A parameter type is required');
			if (!known && parameters.size >= MOST_PER_REGION) {
				throw new AwsError('ParameterLimitExceeded', 'The number of parameters exceeds the quota');
			}
			const version = (known?.version ?? 0) + 1;
			const type = input.Type ?? known?.type ?? 'String';
			const earlier = known === undefined ? [] : [...known.earlier, known].slice(1 - MOST_VERSIONS);
			const modifiedBy = callerOf(arns.account);
			parameters.set(name, { name, type, value, version, modified: clock.now(), modifiedBy, earlier });
			return { Version: version, Tier: 'Standard' };
		},

		getParameters(input) {
			spend('get');
			const names = atMostTen(input.Names);
			return {
				Parameters: names.flatMap((name) =>
					parameters.has(name) ? [view(parameters.get(name)!, input.WithDecryption)] : [],
				),
				InvalidParameters: names.filter((name) => !parameters.has(name)),
			};
		},

		getParametersByPath(input) {
			spend('by-path');
			const path = required(input.Path, 'Path', 'ValidationException');
			if (!path.startsWith('/')) throw new AwsError('ValidationException', 'The path must begin with a slash');
			const below = path.endsWith('/') ? path : `${path}/`;
			const found = [...parameters.values()]
				.filter(({ name }) => name.startsWith(below))
				.filter(({ name }) => input.Recursive || !name.slice(below.length).includes('/'))
				.sort((a, b) => (a.name < b.name ? -1 : 1));
			const size = pageSize(input.MaxResults, 10, 10, 'ValidationException');
			// Every other page is short although more follows, as AWS says a page may be.
			shortPage = !shortPage;
			const { items, next } = pageOf(
				found,
				shortPage ? Math.ceil(size / 2) : size,
				input.NextToken,
				'InvalidNextToken',
			);
			return { Parameters: items.map((one) => view(one)), ...(next === undefined ? {} : { NextToken: next }) };
		},

		getParameterHistory(input) {
			spend('get');
			const known = parameters.get(validName(input.Name));
			if (!known) throw new AwsError('ParameterNotFound', '');
			const size = pageSize(input.MaxResults, 50, 50, 'ValidationException');
			const { items, next } = pageOf([...known.earlier, known], size, input.NextToken, 'InvalidNextToken');
			return {
				Parameters: items.map((one) => ({ ...view(one, input.WithDecryption), LastModifiedUser: one.modifiedBy })),
				...(next === undefined ? {} : { NextToken: next }),
			};
		},

		deleteParameters(input) {
			spend('put');
			const names = atMostTen(input.Names);
			const known = names.filter((name) => parameters.delete(name));
			return { DeletedParameters: known, InvalidParameters: names.filter((name) => !known.includes(name)) };
		},
	};
}

/** A secret as SSM answers it to a caller that does not ask for decryption. */
const encrypted = (value: string) => Buffer.from(`encrypted ${value.length}`).toString('base64');

function validName(name: string | undefined): string {
	const given = required(name, 'Name', 'ValidationException');
	const valid = /^[A-Za-z0-9_.\-/]{1,1011}$/.test(given) && !/^\/?(aws|ssm)/i.test(given);
	if (!valid) throw new AwsError('ValidationException', `Parameter name '${given}' is not valid`);
	if (given.split('/').filter(Boolean).length > 15) {
		throw new AwsError('HierarchyLevelLimitExceededException', 'A hierarchy has at most 15 levels');
	}
	return given;
}

function atMostTen(names: readonly string[] | undefined): readonly string[] {
	if (!names?.length || names.length > 10) {
		throw new AwsError('ValidationException', 'Member must have length between 1 and 10');
	}
	return names;
}
