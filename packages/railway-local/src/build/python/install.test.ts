import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
	type Client,
	client,
	createService,
	createStack,
	deployFiles,
	logs,
	startPlatform,
	status,
	temporaryFolder,
	until,
} from '../../testing/harness.ts';

/** An environment takes its time to be made. */
const ends = (api: Client, id: string, wanted: string) =>
	until(`the deployment is ${wanted}`, async () => (await status(api, id)) === wanted, 90_000);

/** What pip takes without a registry: a package of one function. */
async function wheel(): Promise<string> {
	const path = join(await temporaryFolder(), 'greet-1.0-py3-none-any.whl');
	const script = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("greet.py", "def greet(): return 'good day'\\n")
    wheel.writestr("greet-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: greet\\nVersion: 1.0\\n")
    wheel.writestr("greet-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("greet-1.0.dist-info/RECORD", "")
`;
	execFileSync('python3', ['-c', script, path]);
	return path;
}

/** Its port stands in its code, as in many; it says where it really listens, and asks itself where it wrote that it does. */
const APP = `import http.server, threading, urllib.request
from greet import greet
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(greet().encode())
server = http.server.ThreadingHTTPServer(("0.0.0.0", 8400), Page)
print("listens on", *server.socket.getsockname(), flush=True)
threading.Thread(target=server.serve_forever).start()
print("answers itself:", urllib.request.urlopen("http://127.0.0.1:8400").read().decode(), flush=True)
`;

const app = (whl: string) => ({
	'main.py': APP,
	'requirements.txt': `greet @ file://${whl}\n`,
	Dockerfile:
		'FROM python:3\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nEXPOSE 8400\nCMD ["python", "/app/main.py"]\n',
});

test('a Python app gets what its Dockerfile installs, once for all that install the same, and a port of its own', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const files = app(await wheel());
	const started = async (name: string) => {
		const service = await createService(api, stack, name, { healthcheckPath: '/' }, { PORT: '8400' });
		const id = await deployFiles(api, stack, service, files);
		await ends(api, id, 'SUCCESS');
		const all = await logs(api, id);
		const line = await until('it listens', async () => (await logs(api, id)).find((one) => /^listens on/.test(one)));
		await until('it reaches itself', async () => (await logs(api, id)).includes('answers itself: good day'));
		return { all, address: line.replace('listens on ', '').replace(' ', ':') };
	};
	const blue = await started('blue');
	const green = await started('green');
	expect(green.all).toContain('Python packages: cached by what the Dockerfile installs.');
	expect(new Set([blue.address, green.address, '127.0.0.1:8400']).size).toBe(3);
	for (const { address } of [blue, green]) {
		expect(address).toMatch(/^127\.0\.0\.1:/);
		expect(await (await fetch(`http://${address}`)).text()).toBe('good day');
	}
}, 240_000);

test('what cannot be installed fails the build with the words of pip', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const service = await createService(api, stack, 'web', {}, {});
	const id = await deployFiles(api, stack, service, app('/nowhere/greet-1.0-py3-none-any.whl'));
	await ends(api, id, 'FAILED');
	expect((await logs(api, id)).join('\n')).toMatch(/nowhere[\s\S]*pip install .*ended with code 1/);
}, 240_000);

test('a program that only a container engine could make is refused, with the line that makes it', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const service = await createService(api, stack, 'web', {}, {});
	const dockerfile = 'FROM golang:1.25\nWORKDIR /app\nCOPY . .\nRUN go build -o /usr/bin/shop .\nCMD ["shop-server"]\n';
	const id = await deployFiles(api, stack, service, { 'main.go': 'package main', Dockerfile: dockerfile });
	await ends(api, id, 'FAILED');
	expect((await logs(api, id)).at(-1)).toBe(
		'"shop-server" needs shop-server, which is not on this machine. Only a container engine can carry out: go build -o /usr/bin/shop .',
	);
}, 240_000);
