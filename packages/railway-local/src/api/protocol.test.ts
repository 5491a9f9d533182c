import { expect, test } from 'vitest';
import { bearer, client, createService, createStack, startPlatform, temporaryFolder } from '../testing/harness.ts';

test('documents that do not parse or validate are HTTP 400, inputs that a rule refuses are 200', async () => {
	const api = client(await startPlatform());
	const unparsed = await api.ask('query {');
	expect([unparsed.status, unparsed.errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
	const unknown = await api.ask('{ nosuch }');
	expect([unknown.status, unknown.errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
	const mistyped = await api.ask('query($id: String!) { project(id: $id) { id } }', { id: 7 });
	expect([mistyped.status, mistyped.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
	const gone = await api.ask('{ project(id: "x") { id } }');
	expect([gone.status, gone.errors?.[0]?.message]).toEqual([200, 'Project not found']);
	expect(gone.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/);
});

test('lists come in small pages, and a page stays put while rows are added', async () => {
	const api = client(await startPlatform({ behaviour: { pageSize: 2 } }));
	const stack = await createStack(api);
	for (const name of ['a', 'b', 'c']) await createService(api, stack, name);
	const query = `query($p: String!, $after: String, $first: Int) { project(id: $p) { services(first: $first, after: $after) {
		edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`;
	const read = async (after?: string) => {
		const { project } = await api.data(query, { p: stack.projectId, after, first: 50 });
		return {
			names: project.services.edges.map((edge: { node: { name: string } }) => edge.node.name),
			...project.services.pageInfo,
		};
	};
	const first = await read();
	expect(first).toMatchObject({ names: ['a', 'b'], hasNextPage: true, hasPreviousPage: false });
	await createService(api, stack, 'd');
	expect(await read(first.endCursor)).toMatchObject({ names: ['c', 'd'], hasNextPage: false, hasPreviousPage: true });
	expect((await api.ask(query, { p: stack.projectId, after: 'bogus' })).errors?.[0]?.message).toBe('Invalid cursor');
});

test('a token beyond its rate gets 429 as text with Retry-After', async () => {
	const platform = await startPlatform({ behaviour: { rateLimit: { perHour: 3, perSecond: 100 } } });
	const api = client(platform);
	for (let i = 0; i < 3; i++) expect((await api.ask('{ me { id } }')).status).toBe(200);
	const response = await fetch(`${platform.apiUrl}?source=test`, {
		method: 'POST',
		headers: bearer(platform.accountToken),
	});
	expect(response.status).toBe(429);
	expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
	expect(response.headers.get('x-ratelimit-remaining')).toBe('0');
	expect(await response.text()).toBe('Too Many Requests');
});

test('requests without a query string meet the narrower limit of the edge', async () => {
	const platform = await startPlatform({ behaviour: { edgeLimit: 2 }, now: () => 1_000 });
	const bare = () =>
		fetch(platform.apiUrl, {
			method: 'POST',
			headers: bearer(platform.accountToken),
			body: '{"query":"{ me { id } }"}',
		});
	expect([(await bare()).status, (await bare()).status]).toEqual([200, 200]);
	const refused = await bare();
	expect([refused.status, await refused.text(), refused.headers.get('x-ratelimit-limit')]).toEqual([
		429,
		'error code: 1015',
		null,
	]);
	expect((await client(platform).ask('{ me { id } }')).status).toBe(200);
});

test('the limit of the edge is off by default, and the address may end with a slash, as the Python client writes it', async () => {
	const platform = await startPlatform();
	for (let i = 0; i < 30; i++) {
		const response = await fetch(`${platform.apiUrl}/`, {
			method: 'POST',
			headers: bearer(platform.accountToken),
			body: '{"query":"{ me { id } }"}',
		});
		expect(response.status).toBe(200);
	}
	const other = await fetch(`${platform.apiUrl}/more`, { method: 'POST', headers: bearer(platform.accountToken) });
	expect(other.status).toBe(404);
});

test('stale reads show an earlier state, and writes are not held back', async () => {
	let now = 0;
	const platform = await startPlatform({ now: () => now, behaviour: { staleReadsMs: 1_000 } });
	const api = client(platform);
	now = 5_000;
	await createStack(api);
	const count = async () => (await api.data('{ projects { edges { node { id } } } }')).projects.edges.length;
	expect(await count()).toBe(0);
	now = 6_000;
	expect(await count()).toBe(1);
});

test('faults can be injected before and after a call is carried out', async () => {
	let fault: object | null = null;
	const seen: string[] = [];
	const platform = await startPlatform({
		behaviour: {
			faults: (call) => {
				seen.push(call.fields.join());
				const now = fault;
				fault = null;
				return now as never;
			},
		},
	});
	const api = client(platform);
	const create = (name: string) =>
		api.ask('mutation($n: String!) { project: projectCreate(input: {name: $n}) { id } }', { n: name });
	const names = async () =>
		(await api.data('{ projects { edges { node { name } } } }')).projects.edges.map(
			(edge: { node: { name: string } }) => edge.node.name,
		);
	fault = { kind: 'error', message: 'Problem processing request' };
	expect((await create('a')).errors?.[0]?.message).toBe('Problem processing request');
	fault = { kind: 'error-after', message: 'Problem processing request' };
	expect((await create('b')).errors?.[0]?.message).toBe('Problem processing request');
	fault = { kind: 'drop' };
	await expect(create('c')).rejects.toThrow();
	fault = { kind: 'drop-after' };
	await expect(create('d')).rejects.toThrow();
	expect(await names()).toEqual(['b', 'd']);
	fault = { kind: 'status', status: 503, body: '<html>' };
	expect((await fetch(`${platform.apiUrl}?a`, { method: 'POST', body: '{"query":"{ me { id } }"}' })).status).toBe(503);
	expect(seen).toContain('projectCreate');
});

test('a restarted platform remembers everything, its address included', async () => {
	const dir = await temporaryFolder();
	const first = await startPlatform({ dir });
	const api = client(first);
	const stack = await createStack(api);
	await createService(api, stack, 'web', { startCommand: 'node x' }, { A: '1' });
	const config = 'query($id: String!) { environment(id: $id) { config(decryptVariables: true) configEtag } }';
	const before = await api.data(config, { id: stack.environmentId });
	await first.close();
	const second = await startPlatform({ dir });
	expect(second).toMatchObject({
		apiUrl: first.apiUrl,
		accountToken: first.accountToken,
		workspaceId: first.workspaceId,
	});
	expect(await client(second).data(config, { id: stack.environmentId })).toEqual(before);
	await expect(startPlatform({ dir })).rejects.toMatchObject({ code: 'local-already-running' });
});
