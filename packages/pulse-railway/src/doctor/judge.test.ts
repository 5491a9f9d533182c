import type { CheckStatus } from 'pulse-deploy-kit/doctor/check';
import { doctorReport } from 'pulse-deploy-kit/doctor/check';
import type { NoticeFacts } from 'pulse-deploy-kit/doctor/notice-check';
import { destination } from 'pulse-deploy-kit/notify/destination';
import { expect, test } from 'vitest';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { stackNames } from '../stack/names.ts';
import type { DoctorFacts } from './facts.ts';
import { judge } from './judge.ts';

const names = stackNames({}, undefined);
const shared = {
	REDIS_URL: 'redis://store',
	PULSE_RAILWAY_INTERNAL_TOKEN: 'i'.repeat(32),
	PULSE_RAILWAY_REDIS_PREFIX: 'p',
};
const service = (name: string, more: Partial<ObservedService> = {}): ObservedService => ({
	id: `id-${name}`,
	name,
	createdAt: '2026-01-01T00:00:00Z',
	groupId: null,
	variables: {},
	settings: { numReplicas: 1 },
	domains: [],
	latestDeployment: { id: 'd', status: 'SUCCESS', stopped: false, createdAt: '2026-01-01T00:00:00Z' },
	maySleep: false,
	...more,
});
const router = service(names.router, {
	variables: { ...shared, PULSE_RAILWAY_CONTROL_TOKEN: 'c'.repeat(32) },
	domains: [{ domain: 'shop.up.railway.app', targetPort: null, custom: false }],
});
const janitor = service(names.janitor, {
	variables: { ...shared, RAILWAY_TOKEN: 't' },
	settings: { numReplicas: 1, cronSchedule: '*/5 * * * *' },
});
const backend = service('shop-1', { variables: { PULSE_DEPLOYMENT_ID: 'shop-1' } });
const env = service(names.env);

interface Stack {
	readonly router?: ObservedService;
	readonly janitor?: ObservedService;
	readonly backend?: ObservedService;
	readonly shared?: StackObservation['sharedVariables'];
}
const observed = (stack: Stack = {}): { value: StackObservation } => ({
	value: {
		project: { id: 'p', name: 'secret-project', workspaceId: null, description: null },
		environment: { id: 'e', name: 'production' },
		sharedVariables: { PULSE_RAILWAY_BASELINE: 'ready', PULSE_ACTIVE_DEPLOYMENT: 'shop-1', ...stack.shared },
		services: [stack.router ?? router, stack.janitor ?? janitor, env, stack.backend ?? backend],
	},
});
const live = (activeId: string | null): DoctorFacts['live'] =>
	({ value: { snapshot: { activeId, deployments: [] } } }) as unknown as DoctorFacts['live'];
const redis = {
	kind: 'redis',
	version: '7.2.4',
	memoryPolicy: 'noeviction',
	memoryLimit: 1000,
	memoryUsed: 100,
	evicted: 0,
	persistent: true,
	replica: false,
} as const;
const told = (store: object = {}, more: object = {}): DoctorFacts['diagnosis'] => ({
	value: { version: '1.0.0', store: { ...redis, ...store }, storeMs: 1, addresses: { 'shop-1': 1 }, ...more },
});
const failing = (text: string) => ({ failure: { code: null, text, next: null } });
const socket = (status: number) => ({ kind: 'pulse', status: { value: status } }) as const;

const schemaFacts = { patchSkipsDeploys: false, namesOwners: true, unknownStatuses: 0 };
const schema = (kind: 'refused' | 'deprecated') => ({
	value: { operations: 30, trouble: [{ operation: 'serviceCreate', kind, why: 'no such field' }], facts: schemaFacts },
});

const notices = (more: Partial<NoticeFacts> = {}): { value: NoticeFacts } => ({
	value: {
		destination: destination('https://hooks.example.com/secret-path'),
		signed: true,
		isShared: true,
		reach: { kind: 'reached', reached: { addresses: 2, secure: true } },
		...more,
	},
});

const healthy: DoctorFacts = {
	version: '1.0.0',
	names,
	token: { value: { kind: 'account', workspaces: { value: 1 }, listsTokens: { value: true } } },
	schema: { value: { operations: 30, trouble: [], facts: schemaFacts } },
	janitorConfined: { value: true },
	observation: observed(),
	wholeProjectFile: null,
	isWholeProject: false,
	live: live('shop-1'),
	diagnosis: told(),
	aheadMs: { value: 200 },
	notices: notices(),
	socket: socket(101),
};

test('of a healthy stack nothing is reported', () => {
	expect(judge(healthy).filter(({ status }) => status !== 'ok')).toEqual([]);
});

const settings = (more: ObservedService['settings']) => observed({ backend: { ...backend, settings: more } });
const state = (status: NonNullable<ObservedService['latestDeployment']>['status']) =>
	observed({ backend: { ...backend, latestDeployment: { id: 'd', status, stopped: false, createdAt: '' } } });

test.each<[string, Partial<DoctorFacts>, string, CheckStatus]>([
	['a refused token', { token: failing('Not Authorized') }, 'token', 'fail'],
	['a project that cannot be read', { observation: failing('not found') }, 'project', 'fail'],
	['a whole-project file', { wholeProjectFile: '/shop/.railway/railway.ts' }, 'infrastructure', 'warn'],
	['a whole project that was applied', { isWholeProject: true }, 'infrastructure', 'warn'],
	[
		'a router without its control token',
		{ observation: observed({ router: { ...router, variables: shared } }) },
		'baseline',
		'fail',
	],
	['a router without a domain', { observation: observed({ router: { ...router, domains: [] } }) }, 'baseline', 'fail'],
	[
		'a janitor of another store',
		{
			observation: observed({
				janitor: { ...janitor, variables: { ...janitor.variables, REDIS_URL: 'redis://other' } },
			}),
		},
		'baseline',
		'fail',
	],
	[
		'an init that was cut short',
		{ observation: observed({ shared: { PULSE_RAILWAY_BASELINE: 'init:x' } }) },
		'baseline',
		'fail',
	],
	['a hidden variable', { observation: observed({ shared: { PULSE_ACTIVE_DEPLOYMENT: null } }) }, 'variables', 'fail'],
	[
		'an active deployment without a service',
		{ observation: observed({ shared: { PULSE_ACTIVE_DEPLOYMENT: 'gone' } }) },
		'active',
		'fail',
	],
	['a store that says otherwise', { live: live('other') }, 'active', 'fail'],
	['a crashed service', { observation: state('CRASHED') }, 'services', 'fail'],
	['a sleeping service', { observation: state('SLEEPING') }, 'sleeping', 'fail'],
	[
		'a service that may be put to sleep',
		{ observation: observed({ backend: { ...backend, maySleep: true } }) },
		'sleeping',
		'warn',
	],
	[
		'a token that opens no workspace',
		{ token: { value: { kind: 'workspace', workspaces: { value: 0 }, listsTokens: null } } },
		'token-rights',
		'warn',
	],
	[
		'a token that cannot make the janitor one',
		{ token: { value: { kind: 'account', workspaces: { value: 1 }, listsTokens: { value: false } } } },
		'token-rights',
		'warn',
	],
	['an operation that Railway no longer takes', { schema: schema('refused') }, 'api-schema', 'fail'],
	['an operation that Railway will remove', { schema: schema('deprecated') }, 'api-schema', 'warn'],
	["a janitor's token that was deleted", { janitorConfined: { value: false } }, 'janitor-token', 'fail'],
	['no replica', { observation: settings({ numReplicas: 0 }) }, 'replicas', 'fail'],
	['51 replicas', { observation: settings({ numReplicas: 51, regions: { a: 50, b: 1 } }) }, 'replicas', 'fail'],
	[
		'replicas that differ from their regions',
		{ observation: settings({ numReplicas: 1, regions: { a: 2 } }) },
		'replicas',
		'warn',
	],
	[
		'a janitor without a schedule',
		{ observation: observed({ janitor: { ...janitor, settings: { numReplicas: 1 } } }) },
		'janitor',
		'fail',
	],
	['a router that is away', { live: failing('connection refused') }, 'router', 'fail'],
	['a router that knows no diagnosis', { diagnosis: null }, 'router-version', 'warn'],
	['a router of another version', { diagnosis: told({}, { version: '0.9.0' }) }, 'router-version', 'warn'],
	['a store in memory', { diagnosis: told({ kind: 'memory' }) }, 'store', 'fail'],
	['a Redis that is too old', { diagnosis: told({ version: '6.0.16' }) }, 'store', 'fail'],
	['a replica of Redis', { diagnosis: told({ replica: true }) }, 'store', 'fail'],
	['a policy that evicts', { diagnosis: told({ memoryPolicy: 'allkeys-lru' }) }, 'store-memory', 'fail'],
	['evicted keys', { diagnosis: told({ evicted: 3 }) }, 'store-memory', 'fail'],
	['a full Redis', { diagnosis: told({ memoryUsed: 900 }) }, 'store-memory', 'warn'],
	['a slow Redis', { diagnosis: told({}, { storeMs: 300 }) }, 'store-latency', 'warn'],
	['a private name that leads nowhere', { diagnosis: told({}, { addresses: { 'shop-1': 0 } }) }, 'private-dns', 'fail'],
	['a clock that is refused', { aheadMs: { value: 61_000 } }, 'clock', 'fail'],
	['a clock that is off', { aheadMs: { value: -10_000 } }, 'clock', 'warn'],
	['a websocket that is not passed on', { socket: socket(200) }, 'websocket', 'warn'],
	[
		'a receiver of notices that is not there',
		{ notices: notices({ reach: { kind: 'failed', why: 'ENOTFOUND' } }) },
		'notices',
		'warn',
	],
	['notices that are not signed', { notices: notices({ signed: false }) }, 'notices', 'warn'],
	['a janitor that tells another one', { notices: notices({ isShared: false }) }, 'notices', 'warn'],
	['a websocket that a proxy refuses', { socket: socket(426) }, 'websocket', 'warn'],
	['a websocket that the app refuses', { socket: socket(502) }, 'websocket', 'fail'],
	['a websocket that fails', { socket: { kind: 'pulse', status: failing('bad upgrade') } }, 'websocket', 'fail'],
])('%s is found, and what to do is said', (_, fault, check, status) => {
	const checks = judge({ ...healthy, ...fault });
	const found = checks.find((one) => one.check === check);
	expect(found).toMatchObject({ status, next: expect.stringMatching(/\S/) });
	expect(doctorReport(checks).ok).toBe(!checks.some((one) => one.status === 'fail'));
});

test('what may be given to others holds no name of the stack', () => {
	const faults = { wholeProjectFile: '/home/ann/.railway/railway.ts', live: live('other') };
	const measured = JSON.stringify(judge({ ...healthy, ...faults }).map((one) => one.measured));
	for (const name of ['secret-project', 'shop', 'ann', 'production', names.router, 'example.com', 'secret-path'])
		expect(measured).not.toContain(name);
});

test('what could not be asked fails nothing, and nothing is made up for it', () => {
	const unread = failing('no such token');
	const checks = judge({
		...healthy,
		observation: unread,
		live: unread,
		diagnosis: unread,
		aheadMs: unread,
		socket: null,
	});
	expect(checks.filter(({ status }) => status === 'fail').map(({ check }) => check)).toEqual(['project']);
	expect(checks.find(({ check }) => check === 'websocket')).toMatchObject({
		status: 'skipped',
		found: 'the router cannot be asked',
	});
});
