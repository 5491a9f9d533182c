import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runPulseRailway } from '../support/command.ts';
import { handOn, openProxiedNetwork, type ProxiedNetwork } from '../support/connect-proxy.ts';
import { LocalStack } from '../support/local-stack.ts';

const API = 'api.example.test';
const CLOUD = 'aws.example.test';
const PULSE_AWS = fileURLToPath(new URL('../../packages/pulse-aws/dist/bin.js', import.meta.url));

let network: ProxiedNetwork;
const throughProxy = () => ({
	HTTPS_PROXY: network.proxy,
	HTTP_PROXY: network.proxy,
	NODE_EXTRA_CA_CERTS: network.certificate,
});

describe('pulse-railway on a machine whose only way out is a proxy', () => {
	let stack: LocalStack;
	beforeAll(async () => {
		stack = await LocalStack.up('--redis', 'sqlite');
		await stack.init('--project-name', 'counter');
		network = await openProxiedNetwork([API], handOn(new URL(stack.platform.api_url).origin));
	}, 60_000);
	afterAll(async () => {
		await network.close();
		await stack.down();
	}, 60_000);
	beforeEach(() => void network.asked.splice(0));

	const run = (env: Record<string, string>, ...args: string[]) =>
		runPulseRailway([...args, '--json'], { ...stack.options, env: { ...stack.options.env, ...env } });
	const api = { PULSE_RAILWAY_API_URL: `https://${API}/graphql/v2` };

	test('deploys: the API and the upload go by the proxy, the router on this machine does not', async () => {
		const { code, stderr } = await run({ ...throughProxy(), ...api }, 'deploy', '--app-file', 'app.ts');
		expect(code, stderr).toBe(0);
		expect(new Set(network.asked)).toEqual(new Set([`CONNECT ${API}:443`]));
		expect(stderr).not.toContain('hunter2');
	}, 60_000);

	test('asks the proxy for nothing on this machine, and for no name of NO_PROXY', async () => {
		expect((await run(throughProxy(), 'status')).code).toBe(0);
		const { code } = await run({ ...throughProxy(), ...api, NO_PROXY: `other.test,.example.test` }, 'status');
		// There is no such name, except behind the proxy.
		expect(code).not.toBe(0);
		expect(network.asked).toEqual([]);
	}, 60_000);

	test('says that it was the proxy which refused, without its password', async () => {
		network.refuse(503);
		const { code, stdout, stderr } = await run({ ...throughProxy(), ...api }, 'status');
		network.refuse(null);
		expect(code).toBe(1);
		expect(stdout + stderr).toContain('by the proxy of HTTPS_PROXY (it answers 503)');
		expect(stdout + stderr).not.toContain('hunter2');
	}, 60_000);

	test.each(['proxy.example.test:3128', 'socks5://hunter2@proxy.example.test'])(
		'refuses %s at once: it is no address of an HTTP proxy',
		async (proxy) => {
			const { code, stdout } = await run({ ...api, HTTPS_PROXY: proxy }, 'status');
			expect(code).not.toBe(0);
			expect(stdout).toContain('HTTPS_PROXY is not the address of an HTTP proxy');
			expect(stdout).not.toContain('hunter2');
		},
	);
});

describe('pulse-aws on a machine whose only way out is a proxy', () => {
	let here: Server;
	let asked = 0;
	const nothing = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id prod-baseline does not exist</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`;
	beforeAll(async () => {
		here = createServer((incoming, response) => {
			asked += 1;
			incoming.resume();
			response.writeHead(400, { 'content-type': 'text/xml' }).end(nothing);
		});
		await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve));
		network = await openProxiedNetwork([CLOUD], handOn(origin()));
	});
	afterAll(async () => {
		await network.close();
		here.closeAllConnections();
		here.close();
	});
	beforeEach(() => {
		asked = 0;
		network.asked.splice(0);
	});
	const origin = () => `http://127.0.0.1:${(here.address() as AddressInfo).port}`;

	function run(env: Record<string, string>): Promise<{ code: number | null; text: string }> {
		const args = [PULSE_AWS, 'status', '--deployment-name', 'prod', '--region', 'eu-west-1'];
		const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y', AWS_MAX_ATTEMPTS: '1' };
		const child = spawn(process.execPath, args, {
			env: { PATH: process.env.PATH, HOME: '/nonexistent', ...keys, ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let text = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
		return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
	}

	test('its calls go by the proxy', async () => {
		const { text } = await run({ ...throughProxy(), AWS_ENDPOINT_URL: `https://${CLOUD}` });
		expect(text).toContain("Nothing is deployed as 'prod' in eu-west-1.");
		expect(new Set(network.asked)).toEqual(new Set([`CONNECT ${CLOUD}:443`]));
	}, 30_000);

	test('asks the proxy for nothing on this machine, and for no name of NO_PROXY', async () => {
		const { text } = await run({ ...throughProxy(), AWS_ENDPOINT_URL: origin() });
		expect(text).toContain("Nothing is deployed as 'prod'");
		expect(asked).toBeGreaterThan(0);
		const excepted = await run({ ...throughProxy(), AWS_ENDPOINT_URL: `https://${CLOUD}`, NO_PROXY: '.example.test' });
		expect(excepted.text).toContain('AWS cannot be reached.');
		expect(network.asked).toEqual([]);
	}, 60_000);

	test('says that something other than AWS answered, when the proxy refuses', async () => {
		network.refuse(403);
		const { code, text } = await run({ ...throughProxy(), AWS_ENDPOINT_URL: `https://${CLOUD}` });
		expect(code).toBe(1);
		expect(text).toContain('Something other than AWS answered (status 403).');
		expect(text).toContain('HTTPS_PROXY');
		expect(text).not.toContain('hunter2');
	}, 60_000);
});
