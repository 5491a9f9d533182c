import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFiles } from './list-files.ts';

const run = promisify(execFile);
let root: string;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'pulse-list-'));
});
afterEach(() => rm(root, { recursive: true }));

async function tree(files: Record<string, string>) {
	for (const [name, content] of Object.entries(files)) {
		await mkdir(dirname(join(root, name)), { recursive: true });
		await writeFile(join(root, name), content);
	}
}

const list = (context = root, options: { gitignore?: boolean; userIgnore?: string; home?: string } = {}) =>
	listFiles(context, { gitignore: true, ...options }, new AbortController().signal);

const names = async (...args: Parameters<typeof list>) => (await list(...args)).entries;

test('hidden files go up, .git and node_modules never do, at any depth', async () => {
	await tree({
		'.env': '',
		'.git/HEAD': '',
		'a/.hidden/x': '',
		'a/node_modules/b/index.js': '',
		'node_modules/c/index.js': '',
		'sub/.git': 'gitdir: elsewhere',
		'sub/y': '',
	});
	expect(await names()).toEqual(['./.env', './a', './a/.hidden', './a/.hidden/x', './sub', './sub/y']);
});

test('what looks like a secret, or leads out of the context, goes up with a warning', async () => {
	const harmless = { '.env.example': '', '.environment': '', 'keys.ts': '', 'id_rsa.pub': '' };
	await tree({ ...harmless, '.env': '', 'deep/.env.production': '', 'tls/server.key': '', 'out/home': 'x' });
	await tree({ 'app/.railwayignore': '.env.local\n', 'app/.env.local': '', 'app/main.ts': '' });
	await symlink('../out/home', join(root, 'app/notes'));
	await symlink('../out', join(root, 'app/folder'));
	await symlink('main.ts', join(root, 'app/inside.ts'));
	expect((await list()).warnings).toEqual([
		'./.env, ./deep/.env.production, ./tls/server.key may hold secrets and is uploaded; add it to .railwayignore, and give secrets as variables',
	]);
	const real = await realpath(root);
	expect((await list(join(root, 'app'))).warnings).toEqual([
		`./folder leads out of the build context; ${real}/out is uploaded in its place`,
		`./notes leads out of the build context; ${real}/out/home is uploaded in its place`,
	]);
});

test('.gitignore counts from the root of a repository down, and where there is none all the same', async () => {
	await tree({
		'.gitignore': '*.log\n',
		'app/.gitignore': '/dist\n',
		'app/dist/a.js': '',
		'app/x.log': '',
		'app/main.ts': '',
	});
	const context = join(root, 'app');
	await mkdir(join(root, '.git'));
	expect(await names(context)).toEqual(['./.gitignore', './main.ts']);
	await rm(join(root, '.git'), { recursive: true });
	// `railway up` would send everything here.
	const { entries, warnings } = await list(context);
	expect(entries).toEqual(['./.gitignore', './main.ts']);
	expect(warnings).toEqual([expect.stringMatching(/^\.\/dist, \.\/x\.log: left out by \.gitignore, although/)]);
	await writeFile(join(context, '.railwayignore'), '!/dist\n');
	expect(await names(context)).toEqual(['./.gitignore', './.railwayignore', './dist', './dist/a.js', './main.ts']);
	expect(await names(context, { gitignore: false })).toContain('./x.log');
	// A home is no project, unless it is the context itself.
	expect(await names(context, { home: root })).toContain('./x.log');
	expect(await names(root, { home: root })).not.toContain('./app/x.log');
});

test("the rules of a surrounding repository end at a nested one's root", async () => {
	await tree({ '.git/HEAD': '', '.gitignore': '*.log\n', 'vendor/.git/HEAD': '', 'vendor/a.log': '', 'b.log': '' });
	expect(await names()).toEqual(['./.gitignore', './vendor', './vendor/a.log']);
});

test('--no-gitignore switches off .gitignore alone', async () => {
	await tree({
		'.git/info/exclude': 'by-exclude\n',
		'.gitignore': 'by-git\n',
		'.ignore': 'by-ignore\n',
		'.railwayignore': 'by-railway\n',
		'by-exclude': '',
		'by-git': '',
		'by-ignore': '',
		'by-railway': '',
	});
	expect(await names(root, { gitignore: false })).toEqual([
		'./.gitignore',
		'./.ignore',
		'./.railwayignore',
		'./by-git',
	]);
	expect(await names()).toEqual(['./.gitignore', './.ignore', './.railwayignore']);
});

test('--no-gitignore below the root of a repository leaves its other exclusions and those of the user in force', async () => {
	const excluded = { 'app/by-exclude': '', 'app/by-user': '', 'app/by-git': '', 'app/main.ts': '' };
	await tree({
		'.git/info/exclude': 'by-exclude\n',
		'.gitignore': 'by-git\n',
		'user-ignore': 'by-user\n',
		...excluded,
	});
	// `railway up` sends all of them here (test/outside/railway-up.ts).
	const options = { gitignore: false, userIgnore: join(root, 'user-ignore') };
	expect(await names(join(root, 'app'), options)).toEqual(['./by-git', './main.ts']);
});

test('braces stand for several patterns, in every kind of ignore file, as railway up reads them', async () => {
	const files = '.env .env.local .env.production a.log a.tmp kept/x kept/y sub/deep/z sub/x'.split(' ');
	await tree({
		...Object.fromEntries(files.map((name) => [name, ''])),
		'.git/info/exclude': '{sub/deep,nothing/}\n',
		'.gitignore': '.env.{local,production}\n*.{log,{tmp,bak}}\n',
		'.ignore': '/{kept,x}/x\n',
		'.railwayignore': '!a.{tmp,log}\n',
	});
	expect((await names()).filter((name) => !name.endsWith('ignore'))).toEqual([
		'./.env',
		'./a.log',
		'./a.tmp',
		'./kept',
		'./kept/y',
		'./sub',
		'./sub/x',
	]);
});

test('.railwayignore brings back what .gitignore drops, a whole directory included', async () => {
	await tree({
		'.git/HEAD': '',
		'.gitignore': 'dist/\n*.map\n.env\n',
		'.railwayignore': '!dist/\n!.env\nsecret\n',
		'.env': '',
		'dist/deep/app.js': '',
		'dist/app.js.map': '',
		secret: '',
	});
	expect(await names()).toEqual([
		'./.env',
		'./.gitignore',
		'./.railwayignore',
		'./dist',
		'./dist/deep',
		'./dist/deep/app.js',
	]);
});

test('a context that the repository itself ignores is uploaded all the same', async () => {
	await tree({
		'.git/HEAD': '',
		'.gitignore': '/build\n*.tmp\n',
		'build/app.js': '',
		'build/lib/x.js': '',
		'build/y.tmp': '',
	});
	expect(await names(join(root, 'build'))).toEqual(['./app.js', './lib', './lib/x.js']);
});

test("a worktree's repository and the user's own ignore file count", async () => {
	await tree({
		'main/.git/info/exclude': 'excluded\n',
		'main/.git/worktrees/w/commondir': '../..\n',
		'w/.git': `gitdir: ${join(root, 'main/.git/worktrees/w')}\n`,
		'w/excluded': '',
		'w/.DS_Store': '',
		'w/kept': '',
		'user-ignore': '.DS_Store\n',
	});
	expect(await names(join(root, 'w'), { userIgnore: join(root, 'user-ignore') })).toEqual(['./kept']);
});

test('symbolic links go up as what they point to; loops and dead ends are left out with a warning', async () => {
	await tree({ 'context/real/file': 'x', 'outside/shared.txt': 'y' });
	await symlink('../outside', join(root, 'context/out'));
	await symlink('real/file', join(root, 'context/link'));
	await symlink('..', join(root, 'context/real/up'));
	await symlink('nowhere', join(root, 'context/dead'));
	const { entries, warnings } = await list(join(root, 'context'));
	expect(entries).toEqual(['./link', './out', './out/shared.txt', './real', './real/file']);
	expect(warnings).toEqual([
		'./dead points to nothing and is left out',
		`./out leads out of the build context; ${await realpath(join(root, 'outside'))} is uploaded in its place`,
		'./real/up points to a directory above itself and is left out',
	]);
});

const bytes = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);

test.skipIf(process.platform !== 'linux')(
	'a name that is not UTF-8 is refused by name, or left out by rule (other systems have none)',
	async () => {
		await tree({
			'main.ts': '',
			'caf\u00e9.txt': '',
			'caf\ufffd.md': '',
			'back\\slash': '',
			'new\nline': '',
			'-dash': '',
		});
		expect(await names()).toHaveLength(6);
		await writeFile(bytes('caf\xe9.txt'), '');
		await expect(list()).rejects.toMatchObject({
			code: 'source-unreadable',
			message: 'The name of ./caf\\xe9.txt in the build context is not UTF-8',
			next: expect.stringContaining('.railwayignore'),
		});
		await tree({ '.railwayignore': 'caf?.txt\nmen*/\n' });
		await mkdir(bytes('men\xfc'));
		await writeFile(bytes('men\xfc/a.txt'), '');
		expect(await names()).not.toContain(expect.stringContaining('men'));
		await tree({ '.railwayignore': 'caf?.txt\n', 'deep/x': '' });
		await expect(list()).rejects.toThrow('The name of ./men\\xfc in the build context');
	},
);

test('names are compared with their case', async () => {
	await tree({ '.ignore': 'Build\n', 'build/x': '', 'Build/y': '' });
	expect(await names()).toEqual(['./.ignore', './build', './build/x']);
});

test('warns of configuration that would override this deploy', async () => {
	await tree({ 'railway.toml': '', 'a/railway.json': '', 'main.ts': '' });
	expect((await list()).warnings).toEqual([expect.stringMatching(/^railway\.toml is uploaded and may override/)]);
});

test('an empty context and a missing one are clear errors', async () => {
	await tree({ '.ignore': '*\n' });
	await expect(list()).rejects.toThrow('Nothing to upload');
	await expect(list(join(root, 'gone'))).rejects.toThrow('Context path not found');
});

test.skipIf(process.getuid?.() === 0)(
	'an unreadable directory is named (not for root, who reads everything)',
	async () => {
		await tree({ 'a/locked/x': '' });
		await chmod(join(root, 'a/locked'), 0);
		await expect(list()).rejects.toThrow('Cannot read ./a/locked');
		await chmod(join(root, 'a/locked'), 0o700);
	},
);

test('agrees with git about a repository full of awkward rules', async () => {
	await run('git', ['init', '-q', root]);
	await tree({
		'.gitignore':
			'*.log\n!keep.log\n/only-here\ndoc/**/*.pdf\nbuild/\n\\#hash\n\\!bang\nspace\\ \n[ab].txt\nfoo/*\n!foo/bar\n**/cache\n',
		'sub/.gitignore': '!x.log\nonly-here\n',
		'doc/.gitignore': '*\n!*.md\n!.gitignore\n',
		...Object.fromEntries(
			'x.log keep.log only-here sub/only-here sub/x.log sub/y.log doc/a/b.pdf doc/readme.md doc/a/readme.md build/x sub/build/y sub/z/build #hash !bang space\u0020 a.txt c.txt foo/bar foo/baz deep/cache/x deep/er/cache sub/keep.log Ünï.log ünï.txt'
				.split(/ (?=\S)/)
				.map((name) => [name, '']),
		),
	});
	const { stdout } = await run(
		'git',
		['-c', 'core.quotePath=false', '-c', 'core.excludesFile=', 'ls-files', '-co', '-z', '--exclude-standard'],
		{ cwd: root },
	);
	const files = (await names()).filter((name) => !statSync(join(root, name)).isDirectory());
	const expected = stdout.split('\0').filter(Boolean).sort();
	expect(files.map((name) => name.slice(2)).sort()).toEqual(expected);
	expect(expected.length).toBeGreaterThan(8);
});
