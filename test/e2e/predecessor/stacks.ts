import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LocalStack } from '../../support/local-stack.ts';
import { until } from '../../support/until.ts';

const OLD_ROUTER = fileURLToPath(new URL('old-router.mjs', import.meta.url));
const INTERNAL_TOKEN = 'X9VbnGd5o4qICzOmizUMNHV3JXrx1oDm1edXIdZrKMs';

/** What one version of the Python tools leaves on Railway and in Redis; read off both, where they ran `init` and `deploy`. */
export interface PredecessorStack {
	readonly version: string;
	readonly shared: Readonly<Record<string, string>>;
	/** `redis` is the rendered address: both wrote it out. */
	router(redis: string, token: string): Readonly<Record<string, string>>;
	janitor(redis: string, token: string): Readonly<Record<string, string>>;
	/** Redis keys, without the prefix. */
	readonly keys: Readonly<Record<string, string>>;
}

const record = (id: string, more: object) => JSON.stringify({ deployment_id: id, service_name: id, ...more });
const DRAINED_AT = Math.floor(Date.now() / 1000) - 30 + 0.25;

/** `v1` drains, `v2` is active. Of 0.1.0: on Railway alone. */
export const STACK_0_1: PredecessorStack = {
	version: '0.1.0',
	shared: { PULSE_RAILWAY_INTERNAL_TOKEN: INTERNAL_TOKEN, PULSE_ACTIVE_DEPLOYMENT: 'v2' },
	router: (redis, token) => ({
		REDIS_URL: redis,
		RAILWAY_TOKEN: token,
		PULSE_BACKEND_PORT: '8000',
		PORT: '8000',
		PULSE_RAILWAY_REDIS_PREFIX: 'pulse:railway',
		PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS: '15',
		PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS: '45',
	}),
	janitor: (redis, token) => ({
		REDIS_URL: redis,
		RAILWAY_TOKEN: token,
		PULSE_RAILWAY_REDIS_PREFIX: 'pulse:railway',
		PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '60',
		PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '7200',
		PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS: '15',
		PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS: '45',
	}),
	keys: {
		'deployment:v1': record('v1', { state: 'draining', last_seen_at: DRAINED_AT, drain_started_at: DRAINED_AT }),
		'deployment:v2': record('v2', { state: 'active', last_seen_at: DRAINED_AT, drain_started_at: null }),
	},
};

/** Of 0.3.13: in the store alone, beside what 0.1 once wrote on Railway, or without it. */
export const stack03 = (onRailway: string | null): PredecessorStack => ({
	version: '0.3.13',
	shared: onRailway === null ? {} : { PULSE_ACTIVE_DEPLOYMENT: onRailway },
	router: (redis, token) => ({
		REDIS_URL: redis,
		PULSE_RAILWAY_INTERNAL_TOKEN: INTERNAL_TOKEN,
		RAILWAY_TOKEN: token,
		PORT: '8000',
		PULSE_RAILWAY_REDIS_PREFIX: 'pulse:railway',
	}),
	janitor: (redis, token) => ({
		REDIS_URL: redis,
		RAILWAY_TOKEN: token,
		PULSE_RAILWAY_INTERNAL_TOKEN: INTERNAL_TOKEN,
		PULSE_RAILWAY_REDIS_PREFIX: 'pulse:railway',
		PULSE_RAILWAY_DRAIN_TTL_SECONDS: '7200',
		PULSE_RAILWAY_SERVICE: 'pulse-router',
		PULSE_RAILWAY_JANITOR_SERVICE: 'pulse-janitor',
		PULSE_RAILWAY_REDIS_SERVICE: 'pulse-redis',
	}),
	keys: {
		active: 'v2',
		'deployment:v1': record('v1', { state: 'draining', drain_started_at: DRAINED_AT }),
		'deployment:v2': record('v2', { state: 'active', drain_started_at: null }),
	},
});

/** Turns a stack of ours, with deployments `v1` and `v2`, into one that `old` left. */
export async function becomePredecessor(stack: LocalStack, old: PredecessorStack): Promise<void> {
	const api = new Services(stack);
	const id = new Map((await stack.instances()).map(({ serviceName, serviceId }) => [serviceName, serviceId]));
	const [router = '', janitor = '', redisService = ''] = ['pulse-router', 'pulse-janitor', 'pulse-redis'].map((name) =>
		id.get(name),
	);
	const redis = (await api.variables(redisService)).REDIS_URL ?? '';
	const token = stack.platform.api_token;
	await api.replace(null, old.shared);
	await api.replace(janitor, old.janitor(redis, token));
	await api.replace(router, old.router(redis, token));
	await api.update(router, {
		startCommand: `node ${OLD_ROUTER} v2`,
		source: { image: `ghcr.io/erwinkn/pulse-railway-router:${old.version}` },
		drainingSeconds: 5,
		overlapSeconds: 1,
	});
	await api.update(janitor, { source: { image: `ghcr.io/erwinkn/pulse-railway-janitor:${old.version}` } });
	await api.deploy(router);
	for (const [key, value] of Object.entries({ ...(await emptied(redis)), ...old.keys })) {
		redisCli(redis, 'SET', `pulse:railway:${key}`, value);
	}
}

/** Our router is gone, and so may be what it would still write. */
async function emptied(redis: string): Promise<Record<string, never>> {
	redisCli(redis, 'FLUSHALL');
	return {};
}

export function redisCli(url: string, ...args: string[]): string {
	const { hostname, port, password } = new URL(url);
	return execFileSync('redis-cli', ['-h', hostname, '-p', port, ...args], {
		env: { ...process.env, REDISCLI_AUTH: password },
		encoding: 'utf8',
	}).trim();
}

/** Variables and settings of services, by the platform's own API. */
export class Services {
	readonly #stack: LocalStack;

	constructor(stack: LocalStack) {
		this.#stack = stack;
	}

	async variables(serviceId: string | null): Promise<Record<string, string>> {
		const { variables } = await this.#stack.graphql<{ variables: Record<string, string> }>(
			'query($p: String!, $e: String!, $s: String) { variables(projectId: $p, environmentId: $e, serviceId: $s) }',
			this.#scope(serviceId),
		);
		return variables;
	}

	/** Nothing but these, without a deploy. */
	async replace(serviceId: string | null, variables: Readonly<Record<string, string>>): Promise<void> {
		await this.#stack.graphql(
			'mutation($p: String!, $e: String!, $s: String, $v: EnvironmentVariables!) { variableCollectionUpsert(input: { projectId: $p, environmentId: $e, serviceId: $s, variables: $v, replace: true, skipDeploys: true }) }',
			{ ...this.#scope(serviceId), v: variables },
		);
	}

	async update(serviceId: string, input: object): Promise<void> {
		await this.#stack.graphql(
			'mutation($e: String!, $s: String!, $i: ServiceInstanceUpdateInput!) { serviceInstanceUpdate(environmentId: $e, serviceId: $s, input: $i) }',
			{ e: this.#stack.target.RAILWAY_ENVIRONMENT_ID, s: serviceId, i: input },
		);
	}

	async deploy(serviceId: string): Promise<void> {
		const { serviceInstanceDeployV2: id } = await this.#stack.graphql<{ serviceInstanceDeployV2: string }>(
			'mutation($e: String!, $s: String!) { serviceInstanceDeployV2(environmentId: $e, serviceId: $s) }',
			{ e: this.#stack.target.RAILWAY_ENVIRONMENT_ID, s: serviceId },
		);
		await until('the old router to run alone', async () => {
			const { deployment } = await this.#stack.graphql<{ deployment: { status: string } }>(
				'query($id: String!) { deployment(id: $id) { status } }',
				{ id },
			);
			return deployment.status === 'SUCCESS';
		});
	}

	#scope(serviceId: string | null) {
		const { RAILWAY_PROJECT_ID: p, RAILWAY_ENVIRONMENT_ID: e } = this.#stack.target;
		return { p, e, ...(serviceId === null ? {} : { s: serviceId }) };
	}
}
