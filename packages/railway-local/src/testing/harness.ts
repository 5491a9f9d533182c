// biome-ignore-all lint/suspicious/noExplicitAny: answers of a query that the test itself wrote.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { c as createTar } from 'tar';
import { onTestFinished } from 'vitest';
import { type LocalPlatform, type LocalPlatformOptions, startLocalPlatform } from '../index.ts';

const PULSE_RAILWAY = fileURLToPath(new URL('../../../pulse-railway/dist/bin.js', import.meta.url));

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), 'local-platform-'));
	onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
	return dir;
}

export async function startPlatform(options: Partial<LocalPlatformOptions> = {}): Promise<LocalPlatform> {
	const platform = await startLocalPlatform({
		dir: options.dir ?? (await temporaryFolder()),
		env: process.env,
		redis: 'sqlite',
		commands: { 'pulse-railway': PULSE_RAILWAY },
		...options,
		behaviour: {
			transitionMs: 5,
			stopGraceMs: 2_000,
			restartBackoffMs: () => 20,
			// Tests poll.
			rateLimit: { perHour: 1_000_000, perSecond: 10_000 },
			...options.behaviour,
		},
	});
	onTestFinished(() => platform.close());
	return platform;
}

export interface Answer<T = any> {
	readonly status: number;
	readonly headers: Headers;
	readonly data: T;
	readonly errors: { message: string; path?: string[]; extensions: { code: string }; traceId: string }[] | undefined;
}

export interface Client {
	/** The whole answer. */
	ask(query: string, variables?: object): Promise<Answer>;
	/** The data; throws on errors. */
	data(query: string, variables?: object): Promise<any>;
	upload(target: Stack, serviceId: string, body: BodyInit): Promise<Response>;
}

export interface Stack {
	readonly projectId: string;
	readonly environmentId: string;
}

export function client(
	platform: LocalPlatform,
	headers: Record<string, string> = bearer(platform.accountToken),
): Client {
	const ask = async (query: string, variables: object = {}): Promise<Answer> => {
		const response = await fetch(`${platform.apiUrl}?source=test`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: JSON.stringify({ query, variables }),
		});
		const body = (await response.json()) as { data?: unknown; errors?: Answer['errors'] };
		return { status: response.status, headers: response.headers, data: body.data as any, errors: body.errors };
	};
	return {
		ask,
		async data(query, variables) {
			const { data, errors } = await ask(query, variables);
			if (errors) throw new Error(errors.map((error) => error.message).join('; '));
			return data;
		},
		upload: (target, serviceId, body) =>
			fetch(
				new URL(
					`/project/${target.projectId}/environment/${target.environmentId}/up?serviceId=${serviceId}`,
					platform.apiUrl,
				),
				{
					method: 'POST',
					headers: { 'content-type': 'application/gzip', ...headers },
					body,
					duplex: 'half',
				} as RequestInit,
			),
	};
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export async function createStack(api: Client): Promise<Stack> {
	const { projectCreate } = await api.data(
		'mutation { projectCreate(input: {name: "shop"}) { id environments { edges { node { id } } } } }',
	);
	return { projectId: projectCreate.id, environmentId: projectCreate.environments.edges[0].node.id };
}

export async function createService(
	api: Client,
	stack: Stack,
	name: string,
	settings: object = {},
	variables: Record<string, string> = {},
): Promise<string> {
	const { serviceCreate } = await api.data(
		'mutation($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }',
		{
			input: { ...stack, name, variables },
		},
	);
	await api.data(
		'mutation($s: String!, $e: String!, $i: ServiceInstanceUpdateInput!) { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $i) }',
		{ s: serviceCreate.id, e: stack.environmentId, i: { numReplicas: 1, ...settings } },
	);
	return serviceCreate.id;
}

/** A gzip'd tar of these files, named as `railway up` names them. */
export async function archive(files: Readonly<Record<string, string>>): Promise<Buffer> {
	const dir = await temporaryFolder();
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), text);
	}
	const chunks: Buffer[] = [];
	for await (const chunk of Readable.from(createTar({ gzip: true, cwd: dir, prefix: './' }, ['.']))) {
		chunks.push(chunk as Buffer);
	}
	return Buffer.concat(chunks);
}

/** Uploads files to a service and returns the deployment's id. */
export async function deployFiles(
	api: Client,
	stack: Stack,
	serviceId: string,
	files: Readonly<Record<string, string>>,
): Promise<string> {
	const response = await api.upload(stack, serviceId, new Uint8Array(await archive(files)));
	if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
	return ((await response.json()) as { deploymentId: string }).deploymentId;
}

export async function until<T>(what: string, probe: () => T | Promise<T>, budgetMs = 15_000): Promise<NonNullable<T>> {
	const deadline = performance.now() + budgetMs;
	for (;;) {
		const value = await probe();
		if (value) return value as NonNullable<T>;
		if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

export async function status(api: Client, deploymentId: string): Promise<string> {
	const { deployment } = await api.data('query($id: String!) { deployment(id: $id) { status } }', { id: deploymentId });
	return deployment.status;
}

/** Waits for the status; fails at once on another one that is final. */
export async function reaches(api: Client, deploymentId: string, wanted: string): Promise<void> {
	await until(`deployment is ${wanted}`, async () => {
		const now = await status(api, deploymentId);
		if (now !== wanted && wanted === 'SUCCESS' && ['FAILED', 'CRASHED', 'REMOVED'].includes(now)) {
			throw new Error(`${now}: ${JSON.stringify(await logs(api, deploymentId))}`);
		}
		return now === wanted;
	});
}

/** Build and deployment log as lines. */
export async function logs(api: Client, deploymentId: string): Promise<string[]> {
	const { buildLogs, deploymentLogs } = await api.data(
		'query($id: String!) { buildLogs(deploymentId: $id, limit: 500) { message } deploymentLogs(deploymentId: $id, limit: 500) { message } }',
		{ id: deploymentId },
	);
	return [...buildLogs, ...deploymentLogs].map((line: { message: string }) => line.message);
}

export async function createDomain(api: Client, stack: Stack, serviceId: string): Promise<string> {
	const { serviceDomainCreate } = await api.data(
		'mutation($input: ServiceDomainCreateInput!) { serviceDomainCreate(input: $input) { domain } }',
		{ input: { serviceId, environmentId: stack.environmentId, targetPort: 8000 } },
	);
	return `http://${serviceDomainCreate.domain}`;
}

/** A server that answers with its version, its environment, and the headers it got. */
export const SERVER = (version: string): Readonly<Record<string, string>> => ({
	'server.mjs': `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
	if (request.url === '/health') return response.end('ok');
	if (request.url === '/env') return response.end(JSON.stringify(process.env));
	if (request.url === '/headers') return response.end(JSON.stringify(request.headers));
	if (request.url === '/exit') return process.exit(1);
	if (request.method === 'POST') return request.pipe(response);
	response.end(${JSON.stringify(version)});
});
server.listen(Number(process.env.PORT), '::');
process.on('SIGTERM', () => { console.log('draining'); server.close(() => process.exit(0)); server.closeIdleConnections(); });
console.log('listening');
`,
});

export const SERVER_SETTINGS = { startCommand: 'node server.mjs', healthcheckPath: '/health', drainingSeconds: 5 };
