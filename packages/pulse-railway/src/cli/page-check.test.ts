import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let address: string;

beforeAll(async () => {
	app = await appFolder();
	({ platform, env } = await startPlatform(app.dir));
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	await writeFile(join(app.dir, 'throws.ts'), listener("throw new Error('database is not configured');"));
	await writeFile(join(app.dir, 'signin.ts'), listener("response.writeHead(302, { location: '/login' }).end();"));
	await writeFile(join(app.dir, 'endless.ts'), listener("response.writeHead(200).write('first');"));
	address = await initShop(app.dir, env);
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const listener = (body: string) => `import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';
export const app = new App({
	plugins: [new RailwayPlugin({ deploymentName: 'shop' })],
	listener: (request, response) => {
		if (request.url.startsWith('/fine')) return response.end('fine');
		${body}
	},
});
`;
const run = (...args: string[]) => pulseRailway([...args, '--json'], { cwd: app.dir, env });

interface Answer {
	readonly deployment_id?: string;
	readonly error?: { readonly code: string; readonly message: string; readonly detail: string; readonly next: string };
}
async function deploy(...args: string[]): Promise<Answer & { stderr: string }> {
	const ended = await run('deploy', ...args);
	return { ...ended.json<Answer>(), stderr: ended.stderr };
}
const services = () =>
	platform.describe().environments.flatMap((one) => one.services.map(({ service_name }) => service_name)).length;

it('the first version, whose every page fails, is refused with its last lines, and undone', async () => {
	const before = services();
	const { error } = await deploy('throws.ts');
	expect(error).toMatchObject({ code: 'page-failed', next: expect.stringContaining('--no-page-check') });
	expect(error?.message).toMatch(/^\/ of shop-\S+ gives status 500\.$/);
	expect(error?.detail).toMatch(/\| .*database is not configured/);
	expect(services()).toBe(before);
}, 60_000);

it('a version whose pages fail does not replace one whose pages do not', async () => {
	const { deployment_id: good } = await deploy('app.ts');
	expect((await deploy('throws.ts')).error?.detail).toContain('The active version answers status 200.');
	expect(await (await fetch(address)).text()).toContain(good);
}, 60_000);

it.each(['signin.ts', 'endless.ts'])(
	'%s answers, so it becomes active',
	async (file) => {
		expect((await deploy(file)).error).toBeUndefined();
	},
	60_000,
);

it('--health-path names a page, --no-page-check asks for none, and what is as bad as before is told', async () => {
	expect((await deploy('throws.ts', '--health-path', '/fine')).error).toBeUndefined();
	const again = await deploy('throws.ts');
	expect(again.error).toBeUndefined();
	expect(again.stderr).toContain('and status 500 on the active version.');
	expect((await deploy('app.ts')).error).toBeUndefined();
	expect((await deploy('throws.ts', '--no-page-check')).error).toBeUndefined();
	expect((await deploy('app.ts', '--health-path', 'shop')).error?.code).toBe('usage');
}, 90_000);
