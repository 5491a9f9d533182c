import { beforeEach, describe, expect, it } from 'vitest';
import type { TargetRequest } from '../config/target.ts';
import { PlatformError } from '../platform/error.ts';
import type { Account, TokenScope } from '../platform/port.ts';
import { requireTarget, resolveTarget } from './resolve-target.ts';

const signal = new AbortController().signal;
const NOTHING: TargetRequest = {
	projectId: undefined,
	environmentId: undefined,
	project: undefined,
	environment: undefined,
	workspace: undefined,
	workspaceId: undefined,
};
const SCOPE = { project: { id: 'p1', name: 'shop' }, environment: { id: 'e1', name: 'staging' } };
const summary = (id: string, name: string) => ({ id, name, workspaceId: null, description: null, createdAt: '' });

function account(
	scope: TokenScope | null = null,
	environments = ['production', 'staging'],
): Account & { asked: string[] } {
	const asked: string[] = [];
	const answer = async <T>(question: string, value: T): Promise<T> => {
		asked.push(question);
		return value;
	};
	return {
		asked,
		person: async () => null,
		tokenScope: () => answer('tokenScope', scope),
		projects: (workspace) =>
			answer(
				`projects of ${workspace ?? 'all'}`,
				[summary('p1', 'shop'), summary('p2', 'blog'), summary('p3', 'blog')].slice(workspace === 'w2' ? 2 : 0),
			),
		environments: () =>
			answer(
				'environments',
				environments.map((name) => ({ id: `id-${name}`, name })),
			),
		workspaces: async () => [{ id: 'w2', name: 'team' }],
		createProject: async () => Promise.reject(new Error('not here')),
		deleteProject: async () => Promise.reject(new Error('not here')),
		checkOperations: async () => Promise.reject(new Error('not here')),
	};
}
const resolved = (request: Partial<TargetRequest>, by = account()) =>
	resolveTarget({ ...NOTHING, ...request }, by, signal, told.host);
const told = { lines: [] as string[], host: { notify: ({ text }: { text: string }) => void told.lines.push(text) } };
beforeEach(() => void told.lines.splice(0));

describe('which environment of which project (R5.2, R5.3, R5.22)', () => {
	it('explicit ids are taken without a question', async () => {
		const by = account();
		expect(await resolved({ projectId: 'p', environmentId: 'e' }, by)).toEqual({ projectId: 'p', environmentId: 'e' });
		expect(by.asked).toEqual([]);
	});
	it('a project token says it', async () => {
		expect(await resolved({}, account(SCOPE))).toEqual({ projectId: 'p1', environmentId: 'e1' });
		expect(await resolved({ project: 'shop' }, account(SCOPE))).toEqual({ projectId: 'p1', environmentId: 'e1' });
	});
	it('a project token reaches nothing else', async () => {
		await expect(resolved({ projectId: 'p2' }, account(SCOPE))).rejects.toThrow('scoped to Railway project shop');
		await expect(resolved({ environment: 'production' }, account(SCOPE))).rejects.toThrow(
			'scoped to Railway environment staging',
		);
	});
	it('names match exactly; production is the default', async () => {
		expect(await resolved({ project: 'shop' })).toEqual({ projectId: 'p1', environmentId: 'id-production' });
		expect(await resolved({ projectId: 'p', environment: 'staging' })).toEqual({
			projectId: 'p',
			environmentId: 'id-staging',
		});
	});
	it('the only environment needs no name', async () => {
		expect(await resolved({ projectId: 'p' }, account(null, ['main']))).toEqual({
			projectId: 'p',
			environmentId: 'id-main',
		});
	});
	it('a workspace tells projects of one name apart', async () => {
		const blog = { projectId: 'p3', environmentId: 'id-production' };
		expect(await resolved({ project: 'blog', workspaceId: 'w2' })).toEqual(blog);
		expect(await resolved({ project: 'blog', workspace: 'team' })).toEqual(blog);
		await expect(resolved({ project: 'blog', workspace: 'teem' })).rejects.toThrow("workspace 'teem' not found");
	});
	it('none of that name, or several, is an error with what there is', async () => {
		await expect(resolved({ project: 'shoe' })).rejects.toMatchObject({
			message: "project 'shoe' not found",
			next: 'Available: blog, blog, shop',
		});
		await expect(resolved({ project: 'blog' })).rejects.toThrow("2 projects are named 'blog'");
		await expect(resolved({ projectId: 'p' }, account(null, ['a', 'b']))).rejects.toThrow(
			"environment 'production' not found",
		);
	});
	it('an environment needs a project', async () => {
		await expect(resolved({ environmentId: 'e' })).rejects.toThrow('environment id requires an existing project id');
	});
	it('nothing at all is for init to decide, and an error elsewhere', async () => {
		expect(await resolved({})).toBeNull();
		await expect(requireTarget(NOTHING, account(), signal, { host: told.host, env: {}, cwd: '/' })).rejects.toThrow(
			'project is required',
		);
	});
});

describe('what init made is remembered (R5.27)', () => {
	const remembered = {
		project: { id: 'p1', name: 'shop' },
		environment: { id: 'id-staging', name: 'staging' },
		place: '.pulse/railway.json',
	};
	const it1 = { projectId: 'p1', environmentId: 'id-staging' };

	it('and taken where nothing else says which, with a word', async () => {
		expect(await resolved({ remembered })).toEqual(it1);
		expect(told.lines).toEqual(['project shop, environment staging, as .pulse/railway.json remembers']);
	});
	it('and goes behind ids, names and the scope of a token', async () => {
		expect(await resolved({ remembered, projectId: 'p', environmentId: 'e' })).toEqual({
			projectId: 'p',
			environmentId: 'e',
		});
		expect(await resolved({ remembered, project: 'shop' })).toEqual({
			projectId: 'p1',
			environmentId: 'id-production',
		});
		expect(told.lines).toEqual([]);
		const scope = { project: { id: 'p9', name: 'blog' }, environment: { id: 'e9', name: 'production' } };
		expect(await resolved({ remembered }, account(scope))).toEqual({ projectId: 'p9', environmentId: 'e9' });
		expect(told.lines).toEqual([
			'.pulse/railway.json remembers project shop, environment staging; the token is for project blog, environment production, where this command works',
		]);
	});
	it('also where only another environment of that project is named', async () => {
		expect(await resolved({ remembered, environment: 'production' })).toEqual({
			projectId: 'p1',
			environmentId: 'id-production',
		});
	});
	it('and refused where the token does not open it, or it is gone', async () => {
		const by = account();
		const refuses = new PlatformError('unauthorized', 'Not Authorized', { operation: '', mayHaveHappened: false });
		const closed = { ...by, environments: () => Promise.reject(refuses) };
		await expect(resolved({ remembered }, closed)).rejects.toThrow('shop, which this token does not open');
		await expect(resolved({ remembered }, account(null, ['production']))).rejects.toThrow(
			'staging of shop, which is gone',
		);
	});
});
