import { dirname, join } from 'node:path';
import { infoExclude } from './git-repository.ts';
import { type IgnoreFile, readIgnoreFile, reopen, verdictOf } from './ignore-file.ts';

/**
 * Which paths below one directory go up, as `railway up` decides it (facts/railway.md §3): `.railwayignore` before
 * `.ignore` before `.gitignore` before `.git/info/exclude` before the user's own ignore file; within a kind the nearest
 * file. Git's files count only inside a repository, and end at its root.
 */
export interface IgnoreRules {
	drops(path: string, isDirectory: boolean): boolean;
	/** The rules inside a directory that is kept. */
	enter(directory: string): Promise<IgnoreRules>;
}

export interface IgnoreOptions {
	/** False with `--no-gitignore`: only `.gitignore` files stop counting. */
	readonly gitignore: boolean;
	/** The user's own ignore file (`core.excludesFile`), if any. */
	readonly userIgnore?: string | undefined;
}

/** Strongest kind first; nearest directory first. */
type Layers = readonly (readonly IgnoreFile[])[];

export async function rulesFor(context: string, options: IgnoreOptions): Promise<IgnoreRules> {
	let rules = await rulesAt(ancestors(context)[0] ?? context, NOTHING, options);
	for (const directory of ancestors(context).slice(1)) rules = await rules.enter(directory);
	return rules;
}

interface Inherited {
	readonly own: readonly IgnoreFile[];
	readonly plain: readonly IgnoreFile[];
	readonly git: readonly IgnoreFile[];
	readonly exclude: readonly IgnoreFile[];
	readonly user: readonly IgnoreFile[];
	readonly inRepository: boolean;
}

const NOTHING: Inherited = { own: [], plain: [], git: [], exclude: [], user: [], inRepository: false };

async function rulesAt(directory: string, above: Inherited, options: IgnoreOptions): Promise<IgnoreRules> {
	const exclude = await infoExclude(directory);
	const startsRepository = exclude !== null;
	const inRepository = startsRepository || above.inRepository;
	const withFile = async (name: string, files: readonly IgnoreFile[]) =>
		[await readIgnoreFile(join(directory, name), directory), ...files].filter((file) => file !== null);
	const only = async (path: string | undefined) => {
		const file = path === undefined ? null : await readIgnoreFile(path, directory);
		return file === null ? [] : [file];
	};
	const here: Inherited = {
		own: await withFile('.railwayignore', above.own),
		plain: await withFile('.ignore', above.plain),
		git: inRepository && options.gitignore ? await withFile('.gitignore', startsRepository ? [] : above.git) : [],
		exclude: startsRepository ? await only(exclude) : above.exclude,
		user: startsRepository ? await only(options.userIgnore) : above.user,
		inRepository,
	};
	return rulesFrom(here, options);
}

function rulesFrom(here: Inherited, options: IgnoreOptions): IgnoreRules {
	const layers: Layers = [here.own, here.plain, here.git, here.exclude, here.user];
	return {
		drops: (path, isDirectory) => decide(layers, path, isDirectory) === 'drop',
		enter: (directory) => {
			const open = (files: readonly IgnoreFile[]) =>
				files.map((file) => (verdictOf(file, directory, true) === 'drop' ? reopen(file, directory) : file));
			return rulesAt(
				directory,
				{
					own: open(here.own),
					plain: open(here.plain),
					git: open(here.git),
					exclude: open(here.exclude),
					user: open(here.user),
					inRepository: here.inRepository,
				},
				options,
			);
		},
	};
}

function decide(layers: Layers, path: string, isDirectory: boolean): 'drop' | 'keep' {
	for (const files of layers) {
		for (const file of files) {
			const verdict = verdictOf(file, path, isDirectory);
			if (verdict !== null) return verdict;
		}
	}
	return 'keep';
}

/** From the root of the file system down to the directory itself. */
function ancestors(directory: string): readonly string[] {
	const parent = dirname(directory);
	return parent === directory ? [directory] : [...ancestors(parent), directory];
}
