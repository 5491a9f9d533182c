import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import {
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	startPlatform,
} from './testing/harness.ts';

async function ask(url: string, headers: Record<string, string>, body?: string): Promise<string> {
	const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers });
	sent.end(body);
	const [answer] = await once(sent, 'response');
	let text = '';
	for await (const chunk of answer) text += chunk;
	return `${answer.statusCode} ${text}`;
}

const QUERY = JSON.stringify({ query: '{ __typename }' });

test('the API answers programs, and no page of a browser, whatever name it found for this machine', async () => {
	const { apiUrl } = await startPlatform();
	const port = new URL(apiUrl).port;
	for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
		expect(await ask(apiUrl, { host }, QUERY)).toMatch(/^200 /);
	}
	const refused: Record<string, string>[] = [
		{ host: `evil.example:${port}` },
		{ host: '127.0.0.1.evil.example' },
		{ origin: 'http://evil.example', 'content-type': 'text/plain' },
		{ origin: 'null' },
		{ 'sec-fetch-site': 'cross-site' },
	];
	for (const headers of refused) {
		expect([headers, await ask(apiUrl, headers, QUERY)]).toEqual([headers, '403 Forbidden']);
	}
});

test('a public address answers to the names of this machine alone', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const address = await createDomain(api, stack, web);
	await reaches(api, await deployFiles(api, stack, web, SERVER('hello')), 'SUCCESS');
	expect(await ask(address, { host: 'shop.localhost', origin: 'http://shop.localhost' })).toBe('200 hello');
	expect(await ask(address, { host: 'evil.example' })).toMatch(/^404 .*Application not found/);
	const upgrade = request(address, { headers: { host: 'evil.example', connection: 'Upgrade', upgrade: 'websocket' } });
	upgrade.end();
	expect((await once(upgrade, 'response'))[0].statusCode).toBe(404);
});
