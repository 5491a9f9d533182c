import { isUtf8 } from 'node:buffer';
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { looksSecret } from 'pulse-deploy-kit/looks-secret';
import { type IgnoreOptions, type IgnoreRules, rulesFor } from './ignore-rules.ts';

export interface SourceFiles {
	/** Absolute. */
	readonly context: string;
	/** `./path` of directories and files, in one order on every machine. */
	readonly entries: readonly string[];
	readonly fileCount: number;
	/** Before compression. */
	readonly bytes: number;
	readonly warnings: readonly string[];
}

/** Never uploaded, wherever they are. */
const ALWAYS_DROPPED = new Set(['.git', 'node_modules']);

/** Railway reads these until December 2026, and they win over the settings that a deploy writes. */
const OVERRIDING = ['railway.json', 'railway.toml'];

/**
 * The files of a context that `railway up` would send: hidden ones too, symbolic links as what they point to, even
 * outside of the context.
 */
export async function listFiles(context: string, options: IgnoreOptions, signal: AbortSignal): Promise<SourceFiles> {
	const walk = new Walk(signal);
	const root = await realpath(context).catch(() => {
		throw usageError(`Context path not found: ${context}`);
	});
	await walk.enter(root, '.', [root], await rulesFor(root, options));
	if (walk.fileCount === 0)
		throw usageError(
			`Nothing to upload: every file in ${context} is ignored or there is none`,
			'Check .railwayignore and .gitignore.',
		);
	for (const name of OVERRIDING)
		if (walk.entries.includes(`./${name}`))
			walk.warnings.push(`${name} is uploaded and may override the settings of this deploy; add it to .railwayignore`);
	if (walk.alone.length > 0) walk.warnings.push(aloneWarning(walk.alone));
	if (walk.secrets.length > 0) walk.warnings.push(secretsWarning(walk.secrets));
	return {
		context: root,
		entries: walk.entries,
		fileCount: walk.fileCount,
		bytes: walk.bytes,
		warnings: walk.warnings,
	};
}

class Walk {
	readonly entries: string[] = [];
	readonly warnings: string[] = [];
	readonly secrets: string[] = [];
	/** Dropped by a `.gitignore` outside of a repository. */
	readonly alone: string[] = [];
	fileCount = 0;
	bytes = 0;
	readonly #signal: AbortSignal;

	constructor(signal: AbortSignal) {
		this.#signal = signal;
	}

	/** `above` are the real paths of the directories that lead here: a link to one of them is a loop. */
	async enter(directory: string, name: string, above: readonly string[], rules: IgnoreRules): Promise<void> {
		this.#signal.throwIfAborted();
		const children = await readdir(directory, { withFileTypes: true }).catch((error) => {
			throw unreadable(name, error);
		});
		const foreign = children.some((child) => child.name.includes(REPLACEMENT)) ? await foreignNames(directory) : [];
		for (const bytes of foreign) {
			const path = join(directory, bytes.toString());
			// As a directory or not: rules for either would leave it out.
			if (!rules.drops(path, false) && !rules.drops(path, true)) throw foreignName(`${name}/${printable(bytes)}`);
		}
		const left = new Set(foreign.map(String));
		for (const child of children.sort(byName)) {
			if (ALWAYS_DROPPED.has(child.name) || left.has(child.name)) continue;
			await this.#visit(join(directory, child.name), `${name}/${child.name}`, child, above, rules);
		}
	}

	async #visit(path: string, name: string, child: Dirent, above: readonly string[], rules: IgnoreRules): Promise<void> {
		const found = await stat(path).catch(() => null);
		const isDirectory = found?.isDirectory() ?? false;
		if (rules.drops(path, isDirectory)) {
			if (rules.dropsAlone(path, isDirectory)) this.alone.push(name);
			return;
		}
		if (found === null) {
			this.warnings.push(`${name} points to nothing and is left out`);
		} else if (isDirectory) {
			if (child.isSymbolicLink()) await this.#warnOfOutside(path, name, above[0] ?? '');
			const real = child.isSymbolicLink() ? await realpath(path) : join(above.at(-1) ?? '', child.name);
			if (above.includes(real)) {
				this.warnings.push(`${name} points to a directory above itself and is left out`);
				return;
			}
			this.entries.push(name);
			await this.enter(path, name, [...above, real], await rules.enter(path));
		} else if (found.isFile()) {
			if (child.isSymbolicLink()) await this.#warnOfOutside(path, name, above[0] ?? '');
			this.#add(name, found);
		}
	}

	/** In a branch that another person wrote a link may be there for the sake of what it leads to. */
	async #warnOfOutside(path: string, name: string, root: string): Promise<void> {
		const real = await realpath(path);
		if (relative(root, real).split(sep)[0] === '..')
			this.warnings.push(`${name} leads out of the build context; ${real} is uploaded in its place`);
	}

	#add(name: string, found: Stats): void {
		this.entries.push(name);
		if (looksSecret(name)) this.secrets.push(name);
		this.fileCount++;
		this.bytes += found.size;
	}
}

/** In place of what is no UTF-8. */
const REPLACEMENT = '\ufffd';

/** Names that are not UTF-8, as old archives of Windows bring them: Node cannot open them by a path that is text. */
async function foreignNames(directory: string): Promise<readonly Buffer[]> {
	const names = await readdir(directory, { encoding: 'buffer' });
	return names.filter((name) => !isUtf8(name));
}

function printable(name: Buffer): string {
	return name.toString('latin1').replace(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function foreignName(name: string): DeployToolError {
	return new DeployToolError('source-unreadable', `The name of ${name} in the build context is not UTF-8`, {
		fault: 'user',
		next: 'Rename it, or leave it out with .railwayignore (a * stands for the part that is not UTF-8).',
	});
}

function some(names: readonly string[]): string {
	return names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
}

function aloneWarning(names: readonly string[]): string {
	return `${some(names)}: left out by .gitignore, although this is no git repository; .railwayignore brings back what is needed (!name)`;
}

function secretsWarning(names: readonly string[]): string {
	return `${some(names)} may hold secrets and is uploaded; add it to .railwayignore, and give secrets as variables`;
}

/** By code unit, not by locale. */
function byName(left: Dirent, right: Dirent): number {
	return left.name < right.name ? -1 : 1;
}

function unreadable(name: string, cause: Error): DeployToolError {
	return new DeployToolError('source-unreadable', `Cannot read ${name} of the build context: ${cause.message}`, {
		fault: 'user',
		next: 'Make it readable, or leave it out with .railwayignore.',
		cause,
	});
}
