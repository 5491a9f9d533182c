import { describe, expect, test } from 'vitest';
import { type Import, type SourceFile, sourceFiles } from './source-files.ts';

const files = sourceFiles();
/** Everything but the emulated AWS account, which is for tests and never published. */
const shipped = files.filter((file) => file.package !== 'aws-world');
const byPath = new Map(files.map((file) => [file.path, file]));
const railway = files.filter((file) => file.package === 'pulse-railway');
const dataPlane = files.filter((file) => file.package === 'pulse-edge');

const under = (file: SourceFile, ...folders: string[]) => folders.some((folder) => file.inner.startsWith(`${folder}/`));
/** The kit's folder of that name is the engine, which carries plans out. */
const isPure = (file: SourceFile) =>
	(under(file, 'plan') && file.package !== 'deploy-kit') ||
	(under(file, 'decide') && file.package === 'pulse-edge') ||
	/^((janitor|reaper)\/decide|socket\/reload-schedule|deployments\/(canary-)?transitions|stack\/(baseline|durable|names|windows))\.ts$/.test(
		file.inner,
	);

/** `file → import` lines of the imports that break a rule, so that a failure names its place. */
function offences(
	scope: readonly SourceFile[],
	forbidden: (dependency: Import, file: SourceFile) => boolean,
): string[] {
	return scope.flatMap((file) =>
		file.imports
			.filter((dependency) => forbidden(dependency, file))
			.map((dependency) => `${file.path} → ${dependency.specifier}`),
	);
}

function users(scope: readonly SourceFile[], names: RegExp, allowed: (file: SourceFile) => boolean): string[] {
	return scope
		.filter((file) => !allowed(file))
		.flatMap((file) => [...file.uses].filter((use) => names.test(use)).map((use) => `${file.path} uses ${use}`));
}

/** The files that run as soon as `file` is loaded: static value imports, followed within the repository. */
function loaded(file: SourceFile, seen = new Set<SourceFile>()): Set<SourceFile> {
	if (seen.has(file)) return seen;
	seen.add(file);
	for (const { target, typeOnly, dynamic } of file.imports) {
		const next = target && !typeOnly && !dynamic ? byPath.get(target) : undefined;
		if (next) loaded(next, seen);
	}
	return seen;
}

describe('pure decisions', () => {
	const pure = files.filter(isPure);

	test('exist', () => {
		expect(pure.map((file) => file.inner)).toEqual(
			expect.arrayContaining(['decide/resolve.ts', 'janitor/decide.ts', 'deployments/transitions.ts']),
		);
	});

	// A digest is a function of its text alone.
	const isDigest = (file: SourceFile) => file.path === 'packages/pulse-aws/src/deployments/digest.ts';

	test('load nothing of Node, not even through what they import', () => {
		const reached = pure.flatMap((file) =>
			[...loaded(file)].filter((dependency) => !isDigest(dependency)).map((dependency) => ({ file, dependency })),
		);
		expect(
			reached
				.filter(({ dependency }) => dependency.imports.some((i) => i.specifier.startsWith('node:') && !i.typeOnly))
				.map(({ file, dependency }) => `${file.path} loads ${dependency.path}`),
		).toEqual([]);
	});

	test('neither wait nor ask the clock, the network or the environment', () => {
		expect(
			users(pure, /^(await|fetch\(\)|Date\.now|Math\.random|process\.\w+|performance\.now)$/, () => false),
		).toEqual([]);
	});
});

describe('what may import what', () => {
	test('the router never reaches the platform API', () => {
		const router = railway.filter((file) => under(file, 'router') || file.inner === 'serve.ts');
		const reached = router.flatMap((file) =>
			[...loaded(file)].map((dependency) => `${file.path} loads ${dependency.path}`),
		);
		expect(reached.filter((line) => line.includes('/src/platform/'))).toEqual([]);
	});

	const drivers = /^(ioredis|libsql|redis)$/;

	test('stores import deployments, errors and their driver', () => {
		expect(
			offences(
				railway.filter((file) => under(file, 'stores')),
				({ specifier, target }) =>
					target === null
						? !/^(node:|pulse-deploy-kit\/|zod$)/.test(specifier) && !drivers.test(specifier)
						: !/\/src\/(deployments|stores)\//.test(target),
			),
		).toEqual([]);
	});

	test('opening a store loads the driver of no other', () => {
		const open = railway.filter((file) => file.inner === 'stores/open.ts');
		expect(open).toHaveLength(1);
		expect(
			offences(
				open.flatMap((file) => [...loaded(file)]),
				({ specifier, typeOnly, dynamic }) => drivers.test(specifier) && !typeOnly && !dynamic,
			),
		).toEqual([]);
	});

	test('commands hold no client, driver or server', () => {
		expect(
			offences(
				files.filter((file) => under(file, 'cli')),
				({ specifier, target }) =>
					/^(node:(http|https|net)|undici|ioredis|libsql|@aws-sdk\/.*|graphql)$/.test(specifier) ||
					/\/src\/platform\/(?!port\.ts)/.test(target ?? ''),
			),
		).toEqual([]);
	});

	test('only its own command reaches the local platform, and it never reaches the client', () => {
		const intoLocal = offences(
			railway,
			({ specifier, dynamic }, { inner }) =>
				/^pulse-railway-local(\/|$)/.test(specifier) &&
				!(inner === 'local.ts' || (inner === 'cli/local.ts' && dynamic)),
		);
		const intoItsEntry = offences(railway, ({ target }) => target === 'packages/pulse-railway/src/local.ts');
		expect([...intoLocal, ...intoItsEntry]).toEqual([]);
		const local = files.filter((file) => file.package === 'railway-local');
		expect(local.length).toBeGreaterThan(50);
		// What HTTP itself says of headers and sockets; nothing that routes.
		const shared = /^pulse-(deploy-kit\/|edge\/(forward\/hop-by-hop|entry\/backlog)$)/;
		expect(offences(local, ({ specifier }) => /^pulse-/.test(specifier) && !shared.test(specifier))).toEqual([]);
	});

	test('the sidecar loads neither commands nor the CDK, and serves without the SDK', () => {
		const [bin] = files.filter((file) => file.inner === 'sidecar/bin.ts');
		const open = files.filter((file) => file.package === 'pulse-aws' && under(file, 'sidecar'));
		expect(open.length).toBeGreaterThan(5);
		const loadedByIt = [...loaded(bin!), ...open.flatMap((file) => [...loaded(file)])];
		const own = loadedByIt.filter((file) => file.package === 'pulse-aws');
		expect(own.filter((file) => !under(file, 'sidecar', 'task', 'config') && file.inner !== 'protocol.ts')).toEqual([]);
		expect(
			offences(loadedByIt, ({ specifier, typeOnly, dynamic }) => /^@aws-/.test(specifier) && !typeOnly && !dynamic),
		).toEqual([]);
	});

	test('what talks to AWS imports nothing that is built on it', () => {
		const below = /\/src\/(platform|deployments|domain|traffic|health|protocol\.ts)/;
		expect(
			offences(
				files.filter((file) => file.package === 'pulse-aws' && under(file, 'platform')),
				({ target }) => target !== null && !below.test(target),
			),
		).toEqual([]);
	});

	test('the two platforms never import each other; the runtime and the edge import no sibling', () => {
		const sibling = /^(pulse-(app|railway|aws|deploy-kit|edge|railway-local|tab))(\/|$)/;
		expect(
			offences(files, ({ specifier }, file) => {
				const name = sibling.exec(specifier)?.[1];
				if (!name) return false;
				// What runs in browsers is bundled into what is published.
				if (name === 'pulse-tab') return file.path !== 'packages/pulse-app/src/client/tab.ts';
				// By its name, so that a bundle has one client, whichever file asks for it.
				if (file.package === 'pulse-app' && under(file, 'react')) return name !== 'pulse-app';
				if (/^(pulse-app|pulse-edge|deploy-kit)$/.test(file.package)) return true;
				if (name === 'pulse-app') return !under(file, 'plugin');
				if (name === 'pulse-railway-local') return file.package !== 'pulse-railway';
				return !/^pulse-(deploy-kit|edge)$/.test(name);
			}),
		).toEqual([]);
	});

	test('the rooms of the edge need each other one way, and those that decide need nobody', () => {
		const room = (inner: string) => (inner.includes('/') ? inner.split('/')[0]! : '');
		const order = ['', 'decide', 'node', 'report', 'upstream', 'forward', 'page', 'entry'];
		const rank = (path: string) => order.indexOf(room(path.replace('packages/pulse-edge/src/', '')));
		expect(dataPlane.filter((file) => rank(file.path) === -1).map((file) => file.path)).toEqual([]);
		expect(
			offences(
				dataPlane,
				({ target, typeOnly }, file) => target !== null && !typeOnly && rank(target) > rank(file.path),
			),
		).toEqual([]);
	});

	test('the edge needs Node and nothing else', () => {
		expect(dataPlane.length).toBeGreaterThan(40);
		expect(offences(dataPlane, ({ specifier, target }) => target === null && !specifier.startsWith('node:'))).toEqual(
			[],
		);
	});

	test('what runs in browsers needs nothing at all', () => {
		const tab = files.filter((file) => file.package === 'pulse-tab');
		expect(tab.length).toBeGreaterThan(10);
		expect(offences(tab, ({ target }) => target === null)).toEqual([]);
	});

	test('no package crosses into another by a relative path', () => {
		expect(
			offences(shipped, ({ target }, file) => target !== null && !target.startsWith(`packages/${file.package}/src/`)),
		).toEqual([]);
	});

	test('nothing that is shipped imports the emulated AWS account, which knows the types of one port and no more', () => {
		const world = files.filter((file) => file.package === 'aws-world');
		expect(world.length).toBeGreaterThan(50);
		expect(offences(shipped, ({ specifier }) => /^aws-world(\/|$)/.test(specifier))).toEqual([]);
		expect(
			offences(world, ({ specifier, target, typeOnly }) =>
				target === null
					? /^pulse-(?!deploy-kit\/)/.test(specifier)
					: !target.startsWith('packages/aws-world/') &&
						!(typeOnly && target === 'packages/pulse-aws/src/platform/aws.ts'),
			),
		).toEqual([]);
	});

	test('index files re-export only where the package does', () => {
		const allowed = /^(index|client\/index)\.ts$/;
		expect(
			files.filter((file) => /(^|\/)index\.ts$/.test(file.inner) && !allowed.test(file.inner)).map((file) => file.path),
		).toEqual([]);
	});
});

describe('who touches the process', () => {
	const edge = (file: SourceFile) => /^((sidecar\/)?bin|serve|reaper\/handler)\.ts$/.test(file.inner);

	test('only the edges set exit codes or catch signals', () => {
		// Loading a user's app catches what would end the process, and lets go again.
		const allowed = (file: SourceFile) =>
			edge(file) || /^packages\/deploy-kit\/src\/(contain-app|defect|operator-edge)\.ts$/.test(file.path);
		expect(users(files, /^process\.(exit|exitCode|on|once)$/, allowed)).toEqual([]);
	});

	test('only config reads the environment', () => {
		expect(
			users(
				shipped,
				/^process\.env$/,
				(file) => under(file, 'config') || edge(file) || file.path === 'packages/deploy-kit/src/load-app.ts',
			),
		).toEqual([]);
	});

	test('only the host and the edges write to the terminal', () => {
		expect(
			users(files, /^(console\.\w+|process\.(stdout|stderr))$/, (file) => edge(file) || file.package === 'deploy-kit'),
		).toEqual([]);
	});
});

describe('size', () => {
	const flow = /(^|\/)(run|deploy|server|serve|handler|edge)\.ts$/;

	test('no file over 250 lines, no flow over 150, no command over 80', () => {
		const isFlow = (file: SourceFile) => (flow.test(file.inner) && !under(file, 'config')) || under(file, 'commands');
		const isCommand = (file: SourceFile) => under(file, 'cli') && !file.path.endsWith('/commands.ts');
		const ceiling = (file: SourceFile) => (isCommand(file) ? 80 : isFlow(file) ? 150 : 250);
		expect(
			files.filter((file) => file.lines - 1 > ceiling(file)).map((file) => `${file.path}: ${file.lines - 1} lines`),
		).toEqual([]);
	});
});
