import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where the repository that starts in this directory keeps its `info/exclude`; `null` when none starts here. */
export async function infoExclude(directory: string): Promise<string | null> {
	const dotGit = join(directory, '.git');
	const found = await stat(dotGit).catch(() => null);
	if (found === null) return null;
	const gitDirectory = found.isDirectory() ? dotGit : await linkedDirectory(directory, dotGit);
	return join(gitDirectory, 'info', 'exclude');
}

/** A worktree or submodule has a file that points to its directory, which may share that of the main worktree. */
async function linkedDirectory(directory: string, dotGit: string): Promise<string> {
	const text = await readFile(dotGit, 'utf8').catch(() => '');
	const gitDirectory = resolve(directory, text.match(/^gitdir:\s*(.+?)\s*$/m)?.[1] ?? '.git');
	const common = await readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => '.');
	return resolve(gitDirectory, common.trim());
}

/**
 * The user's own ignore file: `core.excludesFile` of the Git configuration, else `git/ignore` in the configuration
 * directory. It may not exist. `xdgConfigHome` is the variable XDG_CONFIG_HOME.
 */
export async function userIgnoreFile(home: string, xdgConfigHome: string | undefined): Promise<string> {
	const configHome = xdgConfigHome?.trim() || join(home, '.config');
	for (const file of [join(home, '.gitconfig'), join(configHome, 'git', 'config')]) {
		const text = await readFile(file, 'utf8').catch(() => '');
		const path = text.match(/^\s*excludesfile\s*=\s*"?(.+?)"?\s*$/im)?.[1];
		if (path !== undefined) return resolve(home, path.replace(/^~\//, `${home}/`));
	}
	return join(configHome, 'git', 'ignore');
}
