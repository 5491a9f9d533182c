import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MODULES = fileURLToPath(new URL('../../../../../node_modules', import.meta.url));

/** An app as a user has it: a small one with the plugin, and what a build needs. `dispose` deletes it. */
export async function appFolder(): Promise<{ dir: string; dispose(): Promise<void> }> {
	const dir = await mkdtemp(join(tmpdir(), 'pulse-app-'));
	await symlink(NODE_MODULES, join(dir, 'node_modules'));
	await writeFile(join(dir, 'app.ts'), source(`plugins: [new RailwayPlugin({ deploymentName: 'shop' })]`));
	await writeFile(join(dir, 'no-plugin.ts'), source('plugins: []'));
	await writeFile(join(dir, 'two-plugins.ts'), source('plugins: [new RailwayPlugin(), new RailwayPlugin()]'));
	await writeFile(join(dir, 'Dockerfile'), 'FROM node:22-slim\nCOPY . .\nCMD ["pulse", "run", "app.ts", "--prod"]\n');
	await writeFile(
		join(dir, 'package.json'),
		JSON.stringify({
			name: 'shop',
			private: true,
			type: 'module',
			dependencies: { 'pulse-app': '*', 'pulse-railway': '*' },
		}),
	);
	return { dir, dispose: () => rm(dir, { recursive: true, force: true }) };
}

function source(plugins: string): string {
	return `import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';
export const app = new App({
	${plugins},
	listener: (request, response) => request.url?.startsWith('/stream') ? response.write('begun') : response.end(process.env.PULSE_DEPLOYMENT_ID + ' ' + (process.env.GREETING ?? '')),
});
`;
}
