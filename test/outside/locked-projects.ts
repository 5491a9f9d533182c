/** One project, in the shape that each package manager wants. Its package is not among those of `pulse-app`. */
export interface LockedProject {
	readonly name: string;
	/** The manager, as npm's registry has it. */
	readonly tool: string;
	/** Makes the lock file. */
	readonly lock: readonly string[];
	/** `RUN` lines of the Dockerfile. */
	readonly runs: readonly string[];
	readonly extra?: Readonly<Record<string, string>>;
}

const COREPACK = 'corepack enable';
const PACKAGE = { leven: '^4.0.0' };

export const LOCKED_PROJECTS: readonly LockedProject[] = [
	{
		name: 'pnpm9',
		tool: 'pnpm@9',
		lock: ['pnpm', 'install'],
		runs: [COREPACK, 'pnpm install --frozen-lockfile --prod'],
	},
	{
		name: 'yarn1',
		tool: 'yarn@1',
		lock: ['yarn', 'install'],
		runs: ['yarn install --frozen-lockfile --production && yarn cache clean'],
	},
	{
		name: 'yarn4',
		tool: '@yarnpkg/cli-dist@4',
		lock: ['yarn', 'install'],
		runs: [COREPACK, 'yarn install --immutable'],
		extra: { '.yarnrc.yml': 'nodeLinker: node-modules\n' },
	},
	{
		name: 'bun1',
		tool: 'bun@1',
		lock: ['bun', 'install'],
		runs: ['npm install -g bun', 'bun install --frozen-lockfile --production'],
	},
	{ name: 'workspace', tool: 'npm', lock: ['npm', 'install'], runs: ['npm ci --omit=dev'] },
];

/** `vendored`: packages that no registry has, each with the name of its tarball in `vendor`. */
export function projectFiles(
	{ name, runs, extra }: LockedProject,
	vendored: Readonly<Record<string, string>>,
): Record<string, string> {
	const tarballs = Object.fromEntries(Object.entries(vendored).map(([name, file]) => [name, `file:./vendor/${file}`]));
	const ofWorkspace = name === 'workspace';
	const manifest = {
		name: 'app',
		version: '1.0.0',
		private: true,
		type: 'module',
		dependencies: { ...tarballs, ...(ofWorkspace ? { distance: '1.0.0' } : PACKAGE) },
		// These name each other by version: only npm takes the tarball that is there already.
		...(ofWorkspace ? { workspaces: ['packages/*'] } : { resolutions: tarballs }),
	};
	const library = { name: 'distance', version: '1.0.0', type: 'module', main: 'index.js', dependencies: PACKAGE };
	return {
		'package.json': JSON.stringify(manifest, null, 2),
		'app.ts': `import ${ofWorkspace ? "distance from 'distance'" : "distance from 'leven'"};
import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';

export default new App({
	plugins: [new RailwayPlugin()],
	listener: (_request, response) => void response.end('${name}: ' + distance('kitten', 'sitting')),
});
`,
		'.dockerignore': 'node_modules\n',
		Dockerfile: `FROM node:24-slim
WORKDIR /app
COPY . .
${runs.map((line) => `RUN ${line}\n`).join('')}ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
`,
		...(ofWorkspace && {
			'packages/distance/package.json': JSON.stringify(library),
			'packages/distance/index.js': "export { default } from 'leven';\n",
		}),
		...extra,
	};
}
