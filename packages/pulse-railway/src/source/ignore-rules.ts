import { dirname, join } from 'node:path';
import { infoExclude } from './git-repository.ts';
import { type IgnoreFile, readIgnoreFile, reopen, verdictOf } from './ignore-file.ts';

/**
 * Which paths below one directory go up, as `railway up` decides it (docs/platform-facts/railway.md §3): `.railwayignore` before
 * `.ignore` before `.gitignore` before `.git/info/exclude` before the user's own ignore file; within a kind the nearest
 * file. Git's files of a repository's directories end at its root.
 *
 * Where `railway up` would send what the user wrote down not to send, these rules do not follow it: outside of a
 * repository it takes no notice of `.gitignore`, and with `--no-gitignore` below a repository's root none of the
 * exclusions of the repository and the user.
 */
export interface IgnoreRules {
	drops(path: string, isDirectory: boolean): boolean;
	/** Dropped by a `.gitignore` that stands outside of every repository. */
	dropsAlone(path: string, isDirectory: boolean): boolean;
	/** The rules inside a directory that is kept. */
	enter(directory: string): Promise<IgnoreRules>;
}

export interface IgnoreOptions {
	/** False with `--no-gitignore`: only `.gitignore` files stop counting. */
	readonly gitignore: boolean;
	/** The user's own ignore file (`userIgnoreFile`), if any. */
	readonly userIgnore?: string | undefined;
	/** The user's home, if known: what stands there and above is not part of a project. */
	readonly home?: string | undefined;
}

/** Strongest first. */
const KINDS = ['.railwayignore', '.ignore', '.gitignore', 'exclude', 'user'] as const;

/** Of each kind, nearest directory first; `null` outside of a repository for the kinds that only one has. */
type Layers = Readonly<Record<(typeof KINDS)[number], readonly IgnoreFile[] | null>>;

const NO_LAYERS: Layers = { '.railwayignore': [], '.ignore': [], '.gitignore': [], exclude: null, user: null };

export async function rulesFor(context: string, options: IgnoreOptions): Promise<IgnoreRules> {
	const above = ancestors(context).slice(0, -1);
	const foreign = new Set([above[0], ...(options.home === undefined ? [] : ancestors(options.home))]);
	foreign.delete(context);
	let rules = rulesFrom(NO_LAYERS, { ...options, foreign });
	for (const directory of [...above, context]) rules = await rules.enter(directory);
	return rules;
}

interface Options extends IgnoreOptions {
	/** Outside of a repository, `.gitignore` files in these belong to something else. */
	readonly foreign: ReadonlySet<string | undefined>;
}

function rulesFrom(layers: Layers, options: Options): IgnoreRules {
	return {
		drops: (path, isDirectory) => droppedBy(layers, path, isDirectory) !== null,
		dropsAlone: (path, isDirectory) => layers.exclude === null && droppedBy(layers, path, isDirectory) === '.gitignore',
		async enter(directory) {
			const opened = Object.fromEntries(
				KINDS.map((kind) => [kind, layers[kind]?.map((file) => openFor(file, directory)) ?? null]),
			) as unknown as Layers;
			return rulesFrom(await withFilesOf(directory, opened, options), options);
		},
	};
}

async function withFilesOf(directory: string, above: Layers, options: Options): Promise<Layers> {
	const read = async (path: string | undefined) => {
		const file = path === undefined ? null : await readIgnoreFile(path, directory);
		return file === null ? [] : [file];
	};
	const add = async (kind: '.railwayignore' | '.ignore' | '.gitignore', files: readonly IgnoreFile[]) => [
		...(await read(join(directory, kind))),
		...files,
	];
	const exclude = await infoExclude(directory);
	const git =
		exclude === null ? above : { '.gitignore': [], exclude: await read(exclude), user: await read(options.userIgnore) };
	const counts = options.gitignore && (git.exclude !== null || !options.foreign.has(directory));
	return {
		'.railwayignore': await add('.railwayignore', above['.railwayignore'] ?? []),
		'.ignore': await add('.ignore', above['.ignore'] ?? []),
		'.gitignore': counts ? await add('.gitignore', git['.gitignore'] ?? []) : (git['.gitignore'] ?? []),
		exclude: git.exclude,
		user: git.user,
	};
}

/** A directory may be walked although a weak file drops it, because a stronger one keeps it or because it is the context. */
function openFor(file: IgnoreFile, directory: string): IgnoreFile {
	return verdictOf(file, directory, true) === 'drop' ? reopen(file, directory) : file;
}

/** `null` when it is kept. */
function droppedBy(layers: Layers, path: string, isDirectory: boolean): (typeof KINDS)[number] | null {
	for (const kind of KINDS) {
		for (const file of layers[kind] ?? []) {
			const verdict = verdictOf(file, path, isDirectory);
			if (verdict !== null) return verdict === 'drop' ? kind : null;
		}
	}
	return null;
}

/** From the root of the file system down to the directory itself. */
function ancestors(directory: string): readonly string[] {
	const parent = dirname(directory);
	return parent === directory ? [directory] : [...ancestors(parent), directory];
}
