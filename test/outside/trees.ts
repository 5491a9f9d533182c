import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Tree {
	readonly name: string;
	/** Content by path; `-> target` makes a symbolic link, `= other` a hard one. */
	readonly files: Readonly<Record<string, string>>;
	readonly modes?: Readonly<Record<string, number>>;
	/** Below the tree's root. Default the root. */
	readonly context?: string;
	/** Whether the root is a repository of git. Default true. */
	readonly repository?: boolean;
	/** `--no-gitignore` when false. */
	readonly gitignore?: boolean;
	/** The user's own ignore file. */
	readonly userIgnore?: string;
}

const plain = { 'app.ts': 'x', '.env': 's', '.env.local': 's', '.env.production': 's', 'a.log': 'l' };
const deep = {
	...plain,
	'app/main.ts': 'x',
	'app/.env.local': 's',
	'app/a.log': 'l',
	'app/excluded': 'e',
	'app/by-user': 'u',
};
const braces = (pattern: string): Tree => ({
	name: `pattern ${pattern}`,
	files: { ...plain, '.gitignore': `${pattern}\n`, ...BRACED },
});
const BRACED = {
	'x{a,b}': '',
	xa: '',
	xb: '',
	'a,b': '',
	'{a}': '',
	'dir/.env.local': '',
	'dir/xa': '',
	'dir/sub/b': '',
	x: '',
	a: '',
	b: '',
};

export const awkwardTrees: readonly Tree[] = [
	...[
		'.env.{local,production}',
		'*.{log,tmp}',
		'x{a,b}',
		'x\\{a,b}',
		'x{a,b\\}',
		'{a}',
		'{,x}a',
		'x{,a}',
		'{a,{b,xa}}',
		'x{a',
		'x}a',
		'a,b',
		'{dir/xa,dir/sub/b}',
		'dir/{xa,sub/**}',
		'{dir,xb}/',
		'/{a,b}',
		'!{a,b}',
		'[{]a}',
		'{[a-b],x}',
		'x[{a,b}]',
		'{*.ts,*.log}',
		'{a,b}/**',
		'**/{a,b}',
		'{}',
		'x{}',
		'{a,\\,}',
		'x{a\\,b}',
		'{.env,.env.*}',
		'[!a]',
		'[^a]',
		'x[a',
		'\\a',
		'a\\',
		'x ',
		'x\\ ',
		'*',
		'**',
		'/**',
		'di?/',
		'dir/**/b',
		'**b',
		'a**',
		'.env*',
		'\\{a\\}',
		'[[:alpha:]]',
		'[]a]',
		'# {a,b}',
		'\\!a',
		'!',
		'/',
		'//a',
	].map(braces),
	{ name: 'outside of a repository', repository: false, files: { ...plain, '.gitignore': '.env*\n*.log\n' } },
	{
		name: 'outside of a repository, without .gitignore',
		repository: false,
		gitignore: false,
		files: { ...plain, '.gitignore': '.env*\n' },
	},
	{
		name: 'outside of a repository, in a folder',
		repository: false,
		context: 'app',
		files: { ...deep, '.gitignore': '*.log\n', 'app/.gitignore': '.env*\n' },
	},
	...[true, false].flatMap((gitignore) =>
		['.', 'app'].flatMap((context) =>
			[true, false].map((repository) => ({
				name: `every kind of file, in ${context}${gitignore ? '' : ', --no-gitignore'}${repository ? '' : ', no repository'}`,
				...{ gitignore, context, repository },
				userIgnore: 'by-user\n',
				files: {
					...deep,
					...(repository ? { '.git/info/exclude': 'excluded\n' } : {}),
					'.gitignore': '*.log\n.env*\n',
					'app/.gitignore': 'nothing\n',
					'.ignore': 'nothing\n',
					excluded: 'e',
					'by-user': 'u',
				},
			})),
		),
	),
	{
		name: 'stronger files bring back',
		files: {
			...plain,
			'.gitignore': 'dist/\n.env*\n',
			'.railwayignore': '!dist/\n!.env\n',
			'dist/a/b': '',
			'dist/c': '',
		},
	},
	{ name: '.ignore brings back', files: { ...plain, '.gitignore': '*.log\n', '.ignore': '!a.log\n' } },
	{
		name: '.railwayignore above the context',
		context: 'app',
		files: { ...deep, '.railwayignore': '*.log\n', '.ignore': '.env*\n' },
	},
	{
		name: 'a repository within',
		files: {
			...plain,
			'.gitignore': '*.log\n',
			'vendor/.git/HEAD': 'ref',
			'vendor/a.log': 'l',
			'vendor/.gitignore': 'b\n',
			'vendor/b': '',
		},
	},
	{ name: 'the context itself is ignored', context: 'app', files: { ...deep, '.gitignore': '/app\n*.log\n' } },
	{
		name: 'links and modes',
		files: {
			...plain,
			'run.sh': '#!',
			'data/f1': '1',
			'data/f2': '2',
			'data/f3': '= data/f2',
			'data/f4': '= data/f1',
			link: '-> app.ts',
			folder: '-> data',
		},
		modes: { 'run.sh': 0o777, 'data/f1': 0o664, data: 0o775 },
	},
	{
		name: 'names',
		files: {
			'a b': '',
			'-x': '',
			'back\\slash': '',
			Ünï: '',
			'new\nline': '',
			'#x': '',
			'!y': '',
			'.gitignore': '\\#x\n\\!y\nback\\\\slash\n',
		},
	},
	{
		name: 'below a folder called node_modules',
		context: 'node_modules/app',
		files: { 'node_modules/app/main.ts': 'x', 'node_modules/app/node_modules/y': '' },
	},
	{ name: 'windows lines', files: { ...plain, '.gitignore': '.env\r\n*.log\r\n' } },
	{ name: 'a byte order mark', files: { ...plain, '.gitignore': '\ufeff.env\n*.log\n' } },
];

/** Makes the tree in an empty folder; where its context is, and the home of its user. */
export function grow(tree: Tree, folder: string): { context: string; home: string } {
	const root = join(realpathSync(folder), 'tree');
	const home = join(realpathSync(folder), 'home');
	const write = (path: string, content: string) => {
		mkdirSync(dirname(path), { recursive: true });
		if (content.startsWith('-> ')) symlinkSync(content.slice(3), path);
		else if (content.startsWith('= ')) linkSync(join(root, content.slice(2)), path);
		else writeFileSync(path, content);
	};
	mkdirSync(root, { recursive: true });
	write(join(home, '.config/git/ignore'), tree.userIgnore ?? '');
	if (tree.repository !== false)
		execFileSync('git', ['init', '-q', root], { env: { PATH: process.env.PATH, HOME: home } });
	for (const [name, content] of Object.entries(tree.files)) write(join(root, name), content);
	for (const [name, mode] of Object.entries(tree.modes ?? {})) chmodSync(join(root, name), mode);
	return { context: join(root, tree.context ?? '.'), home };
}

const PIECES = [
	'a',
	'b',
	'x',
	'*',
	'**',
	'?',
	'/',
	'.',
	'{a,b}',
	'{x',
	'}',
	',',
	'[ab]',
	'[!a]',
	'!',
	'dir',
	'.env',
	'{.env,*.log}',
	' ',
	'#',
];
const NAMES = [
	'a',
	'b',
	'x',
	'xa',
	'ab',
	'.env',
	'.env.local',
	'a.log',
	'dir/a',
	'dir/b',
	'dir/.env',
	'dir/x/a',
	'dir/x/b.log',
	'x.d/a',
	'a,b',
	'{a}',
	'b x',
];

/** A tree with ignore files that a seed makes up. */
export function randomTree(seed: number): Tree {
	let state = seed * 2_654_435_761 + 1;
	const random = (below: number) => {
		state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
		return state % below;
	};
	const pattern = () => Array.from({ length: 1 + random(4) }, () => PIECES[random(PIECES.length)]).join('');
	const rules = () => Array.from({ length: 1 + random(3) }, pattern).join('\n');
	const files: Record<string, string> = Object.fromEntries(NAMES.map((name) => [name, '']));
	for (const name of ['.gitignore', 'dir/.gitignore', '.railwayignore', '.ignore'])
		if (random(3) === 0 || name === '.gitignore') files[name] = `${rules()}\n`;
	return {
		name: `seed ${seed}`,
		files,
		...(random(4) === 0 ? { gitignore: false } : {}),
		...(random(4) === 0 ? { context: 'dir' } : {}),
	};
}
