import { expect, test } from 'vitest';
import { bearer, client, createStack, startPlatform } from '../testing/harness.ts';

async function world() {
	const platform = await startPlatform();
	const account = client(platform);
	const stack = await createStack(account);
	const { projectTokenCreate: token } = await account.data(
		'mutation($i: ProjectTokenCreateInput!) { projectTokenCreate(input: $i) }',
		{ i: { ...stack, name: 'ci' } },
	);
	return {
		stack,
		other: await createStack(account),
		token: token as string,
		account,
		workspace: client(platform, bearer(platform.workspaceToken)),
		project: client(platform, { 'project-access-token': token }),
		projectAsBearer: client(platform, bearer(token)),
		accountAsProject: client(platform, { 'project-access-token': platform.accountToken }),
		wrong: client(platform, bearer('nonsense')),
		nobody: client(platform, {}),
	};
}

test('each kind of token opens what it opens on Railway, and answers the rest with HTTP 200 and an error', async () => {
	const all = await world();
	const { stack, other } = all;
	const environment = 'query($id: String!) { environment(id: $id) { name } }';
	const mint = `mutation { projectTokenCreate(input: {projectId: "${stack.projectId}", environmentId: "${stack.environmentId}", name: "x"}) }`;
	const cases: [who: keyof Awaited<ReturnType<typeof world>>, query: string, expected: string][] = [
		['account', '{ me { email } }', 'ok'],
		['workspace', '{ me { email } }', 'Not Authorized'],
		['project', '{ me { email } }', 'Not Authorized'],
		['nobody', '{ me { email } }', 'Not Authorized'],
		['account', '{ apiToken { workspaces { id } } }', 'ok'],
		['workspace', '{ apiToken { workspaces { id } } }', 'ok'],
		['project', '{ apiToken { workspaces { id } } }', 'Not Authorized'],
		['project', '{ projectToken { projectId environmentId project { name } environment { name } } }', 'ok'],
		['account', '{ projectToken { projectId } }', 'Project Token not found'],
		['accountAsProject', '{ projectToken { projectId } }', 'Project Token not found'],
		['projectAsBearer', '{ projectToken { projectId } }', 'Not Authorized'],
		['wrong', '{ projects { edges { node { id } } } }', 'Not Authorized'],
		['project', '{ projects { edges { node { id } } } }', 'Not Authorized'],
		['workspace', '{ projects { edges { node { id } } } }', 'ok'],
		['project', `{ project(id: "${stack.projectId}") { name } }`, 'ok'],
		['project', `{ project(id: "${other.projectId}") { name } }`, 'Not Authorized'],
		['project', 'mutation { projectCreate(input: {name: "x"}) { id } }', 'Not Authorized'],
		['workspace', 'mutation { projectCreate(input: {name: "x"}) { id } }', 'ok'],
		['workspace', 'mutation { projectCreate(input: {name: "x", workspaceId: "other"}) { id } }', 'Not Authorized'],
		['project', mint, 'Not Authorized'],
		['workspace', mint, 'ok'],
		['nobody', '{ template(code: "pulse-baseline") { serializedConfig } }', 'ok'],
		['wrong', '{ template(code: "pulse-baseline") { id } }', 'ok'],
		['nobody', '{ template(code: "no-such") { id } }', 'Template not found'],
	];
	for (const [who, query, expected] of cases) {
		const answer = await (all[who] as ReturnType<typeof client>).ask(query);
		expect([who, query, answer.status, answer.errors?.[0]?.message ?? 'ok']).toEqual([who, query, 200, expected]);
		if (answer.errors) expect(answer.errors[0]).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
		if (answer.errors) expect(answer.errors[0]!.traceId).toBeTruthy();
	}
	expect((await all.project.ask(environment, { id: stack.environmentId })).data.environment.name).toBe('production');
	expect((await all.project.ask(environment, { id: other.environmentId })).errors?.[0]?.message).toBe('Not Authorized');
});

test('a deleted project token opens nothing', async () => {
	const { account, project, stack } = await world();
	const { projectTokens } = await account.data(
		'query($id: String!) { projectTokens(projectId: $id) { edges { node { id displayToken } } } }',
		{
			id: stack.projectId,
		},
	);
	await account.data('mutation($id: String!) { projectTokenDelete(id: $id) }', { id: projectTokens.edges[0].node.id });
	expect((await project.ask('{ projectToken { id } }')).errors?.[0]?.message).toBe('Project Token not found');
});

test('fields can be closed to a kind of token, because the real matrix is unknown', async () => {
	const platform = await startPlatform({ behaviour: { forbidden: { workspace: ['projectCreate'] } } });
	const query = 'mutation { projectCreate(input: {name: "x"}) { id } }';
	expect((await client(platform).ask(query)).errors).toBeUndefined();
	const answer = await client(platform, bearer(platform.workspaceToken)).ask(query);
	expect(answer.errors?.[0]?.message).toBe('Not Authorized');
});
