/**
 * What our upload holds, against the upload of the official CLI (`cargo install railwayapp`; RAILWAY_JUDGE names another
 * place): over awkward trees, and over made-up ones. Needs `git` and `openssl`.
 * `jiti test/outside/railway-up.ts [--random N] [--seed N]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { list as listTar } from 'tar';
import { listFiles } from '../../packages/pulse-railway/src/source/list-files.ts';
import { pack } from '../../packages/pulse-railway/src/source/pack.ts';
import { findOfficialCli, startOfficialCli } from './official-cli.ts';
import { awkwardTrees, grow, randomTree, type Tree } from './trees.ts';

const bin = findOfficialCli();
if (bin === null) {
	process.stdout.write('Skipped: there is no official railway CLI, or no openssl, on this machine.\n');
	process.exit(0);
}
const argument = (name: string, otherwise: number) => {
	const at = process.argv.indexOf(name);
	return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const seed = argument('--seed', Date.now() % 1_000_000);
const trees = [...awkwardTrees, ...Array.from({ length: argument('--random', 200) }, (_, at) => randomTree(seed + at))];

let uploaded: Buffer | null = null;
const edges = (...nodes: object[]) => ({ edges: nodes.map((node) => ({ node })) });
const project = {
	id: 'p',
	name: 'shop',
	workspaceId: 'w',
	deletedAt: null,
	workspace: { name: 'judge' },
	buckets: edges(),
	environments: edges({ id: 'e', name: 'production', canAccess: true, deletedAt: null, unmergedChangesCount: 0 }),
	services: edges({ id: 's', name: 'web' }),
};
const cli = await startOfficialCli(bin, (path, body) => {
	if (!path.startsWith('/project/')) return { status: 200, body: JSON.stringify({ data: { project } }) };
	uploaded = body;
	const answer = { deploymentId: 'd', url: '', logsUrl: 'https://railway.com/logs', deploymentDomain: '' };
	return { status: 200, body: JSON.stringify(answer) };
});
const count = { same: 0, keptBack: 0, refusedByOne: 0, apart: 0 };
try {
	for (const tree of trees) await compare(tree);
} finally {
	await cli.close();
}
process.stdout.write(`seed ${seed}: ${JSON.stringify({ trees: trees.length, ...count })}\n`);
process.exitCode = count.apart === 0 ? 0 : 1;

async function compare(tree: Tree): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'judge-tree-'));
	try {
		const { context, home } = grow(tree, folder);
		const [theirs, ours] = [await official(tree, context, home), await own(tree, context, home)];
		if (typeof theirs === 'string' || typeof ours === 'string') {
			count.refusedByOne++;
			process.stdout.write(`${tree.name}: official ${said(theirs)}; we ${said(ours)}\n`);
			return;
		}
		const more = [...theirs].filter(([name, about]) => ours.get(name) !== about).map((entry) => entry.join(' '));
		const less = [...ours].filter(([name, about]) => theirs.get(name) !== about).map((entry) => entry.join(' '));
		const meant = less.length === 0 && isMeant(tree);
		if (more.length + less.length === 0) count.same++;
		else if (meant) count.keptBack++;
		else {
			count.apart++;
			process.stdout.write(
				`${tree.name}: only official: ${more.join(', ') || '-'}; only ours: ${less.join(', ') || '-'}\n`,
			);
			process.stdout.write(`   ${JSON.stringify(tree.files)}\n`);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Where we send less, and know why: see `ignore-rules.ts`; and rules with a stray brace, which the official CLI forgets. */
function isMeant(tree: Tree): boolean {
	if (tree.repository === false || (tree.gitignore === false && tree.context !== undefined)) return true;
	const rules = Object.entries(tree.files).flatMap(([name, text]) => (name.endsWith('ignore') ? text.split('\n') : []));
	return rules.some((rule) => /\\[{}]|\[[^\]]*[{}]/.test(rule) || rule.split('{').length !== rule.split('}').length);
}

type Listing = Map<string, string> | string;

function said(listing: Listing): string {
	return typeof listing === 'string'
		? `refuses: ${listing.trim().split('\n').at(-1)}`
		: `sends ${listing.size} entries`;
}

async function official(tree: Tree, context: string, home: string): Promise<Listing> {
	uploaded = null;
	const target = ['--project', 'p', '--environment', 'e', '--service', 's', '--detach', '--json'];
	const rules = tree.gitignore === false ? ['--no-gitignore'] : [];
	const { output } = await cli.run(['up', '.', '--path-as-root', ...target, ...rules], {
		cwd: context,
		env: { HOME: home, RAILWAY_TOKEN: 'token-of-the-judge' },
	});
	return uploaded === null ? output : await listing(Readable.from([uploaded]));
}

async function own(tree: Tree, context: string, home: string): Promise<Listing> {
	const signal = AbortSignal.timeout(20_000);
	const userIgnore = join(home, '.config/git/ignore');
	try {
		const files = await listFiles(context, { gitignore: tree.gitignore !== false, userIgnore }, signal);
		const packed = await pack(files, signal);
		const seen = await listing(packed.open());
		await packed.dispose();
		return seen;
	} catch (error) {
		return (error as Error).message;
	}
}

async function listing(archive: NodeJS.ReadableStream): Promise<Map<string, string>> {
	const seen = new Map<string, string>();
	const parser = listTar({
		onReadEntry({ path, type, mode, size }) {
			const name = path.replace(/^\.\//, '').replace(/\/$/, '');
			if (name !== '' && name !== '.') seen.set(name, `${type} ${((mode ?? 0) & 0o777).toString(8)} ${size}`);
		},
	});
	await pipeline(Readable.from(await buffer(archive)), parser);
	return seen;
}
