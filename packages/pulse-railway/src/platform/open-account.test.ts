import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAccount } from './open-account.ts';
import { data, dropped, errors, type Hazard, type HazardServer, startHazardServer } from './testing/hazard-server.ts';

const signal = new AbortController().signal;
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const account = () => openAccount(server.connect());
const of = (operation: string) => server.received.filter((request) => request.operation === operation);

function page(nodes: object[], endCursor: string | null = null) {
	return { edges: nodes.map((node) => ({ node })), pageInfo: { hasNextPage: endCursor !== null, endCursor } };
}

const project = (id: string, description: string | null = null) => ({
	id,
	name: `name-${id}`,
	workspaceId: 'w',
	description,
	createdAt: 'then',
});

test('workspaces are those of the token and those it was invited to, each once (R11.6)', async () => {
	server.on('readWorkspaces', data({ apiToken: { workspaces: [{ id: 'w1', name: 'Own' }] } }));
	server.on(
		'readExternalWorkspaces',
		data({
			externalWorkspaces: [
				{ id: 'w1', name: 'Own' },
				{ id: 'w2', name: 'Friends' },
			],
		}),
	);
	expect((await account().workspaces(signal)).map((workspace) => workspace.name)).toEqual(['Own', 'Friends']);
	server.on('readExternalWorkspaces', errors('Not Authorized'));
	expect((await account().workspaces(signal)).map((workspace) => workspace.name)).toEqual(['Own']);
});

test('projects are listed to the last page', async () => {
	server.on('listProjects', data({ projects: page([project('a')], 'c1') }), data({ projects: page([project('b')]) }));
	expect((await account().projects('w', signal)).map((entry) => entry.id)).toEqual(['a', 'b']);
	expect(of('listProjects').map((request) => request.variables)).toEqual([
		{ workspaceId: 'w', first: 100 },
		{ workspaceId: 'w', first: 100, after: 'c1' },
	]);
});

test('all projects are those of every workspace, each once (R11.6)', async () => {
	server.on('readWorkspaces', data({ apiToken: { workspaces: [{ id: 'w1', name: 'Own' }] } }));
	server.on('readExternalWorkspaces', data({ externalWorkspaces: [{ id: 'w2', name: 'Friends' }] }));
	server.on('listProjects', (response, received, request) => {
		const own = received.variables.workspaceId === 'w1' ? 'a' : 'b';
		data({ projects: page([project(own), project('shared')]) })(response, received, request);
	});
	expect((await account().projects(null, signal)).map((entry) => entry.id)).toEqual(['a', 'shared', 'b']);
});

test('a project token sees its own project', async () => {
	const scope = { project: { id: 'p', name: 'P' }, environment: { id: 'e', name: 'E' } };
	server.on('readTokenScope', data({ projectToken: scope }));
	server.on('readProject', data({ project: project('p') }));
	expect((await account().projects(null, signal)).map((entry) => entry.id)).toEqual(['p']);
	expect(await account().projects('another', signal)).toEqual([]);
	expect(await account().tokenScope(signal)).toEqual(scope);
});

describe('creating a project (R5.4, R11.3)', () => {
	const environments = (...ids: string[]) => data({ environments: page(ids.map((id) => ({ id, name: id }))) });
	const create = () => account().createProject({ name: 'shop', workspaceId: 'w' }, signal);
	const made = (...ids: string[]) =>
		data({
			projectCreate: { id: 'p', name: 'shop', environments: page(ids.map((id) => ({ id, name: id }))) },
		});
	const created = made();
	const result = { project: { id: 'p', name: 'shop' }, environment: { id: 'production', name: 'production' } };

	test('gives its first environment, in one request', async () => {
		server.on('projectCreate', made('production', 'staging'));
		expect(await create()).toEqual(result);
		expect(of('projectCreate')[0]?.headers.authorization).toMatch(/^Bearer /);
		expect(of('listEnvironments')).toEqual([]);
	});

	test('waits until the new project can be read', async () => {
		server.on('projectCreate', created);
		server.on('listEnvironments', errors('Not Authorized'), environments(), environments('production'));
		expect(await create()).toEqual(result);
	});

	test('finds the one it made, by its description, when the answer was lost', async () => {
		server.on('projectCreate', dropped);
		server.on('listEnvironments', environments('production'));
		const listed: Hazard = (response, received, request) => {
			const { description } = of('projectCreate')[0]!.variables.input as { description: string };
			data({ projects: page([project('older', 'Created by pulse-railway init (other)'), project('p', description)]) })(
				response,
				received,
				request,
			);
		};
		server.on('listProjects', data({ projects: page([]) }), listed);
		expect((await create()).project.id).toBe('p');
		expect(of('projectCreate')).toHaveLength(1);
	});

	test('without any environment is an error that names the project', async () => {
		server.on('projectCreate', created);
		server.on('listEnvironments', environments());
		await expect(create()).rejects.toMatchObject({ next: expect.stringContaining('--project-id p') });
	});
});

describe('deleting a project', () => {
	const remove = () => account().deleteProject('p', signal);

	test('that is gone is success, however Railway says so', async () => {
		server.on('projectDelete', errors('Project not found'));
		await remove();
		server.on('projectDelete', errors('Not Authorized'));
		server.on('readWorkspaces', data({ apiToken: { workspaces: [{ id: 'w', name: 'Own' }] } }));
		server.on('readExternalWorkspaces', data({ externalWorkspaces: [] }));
		server.on('listProjects', data({ projects: page([project('other')]) }));
		await remove();
	});

	test('that stands all the same is told', async () => {
		server.on('projectDelete', errors('Not Authorized'));
		server.on('readWorkspaces', data({ apiToken: { workspaces: [{ id: 'w', name: 'Own' }] } }));
		server.on('readExternalWorkspaces', data({ externalWorkspaces: [] }));
		server.on('listProjects', data({ projects: page([project('p')]) }));
		await expect(remove()).rejects.toMatchObject({ kind: 'unauthorized' });
	});
});
