import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeployToolError } from './errors.ts';

export interface OptionalPackages {
	/** What asks for them, as the beginning of a sentence: `The local platform`. */
	readonly what: string;
	readonly names: readonly string[];
	/** `import.meta.url` of a file of the package that will import them. */
	readonly from: string;
	/** Path to that package's manifest, from there. Its optional peers say which versions belong to it. */
	readonly manifest: string;
}

/**
 * Looks for packages that are installed only where a command needs them, so that an app which imports a plugin does not
 * carry them.
 *
 * @throws DeployToolError `not-installed`, with one line that installs what is missing
 */
export function needPackages({ what, names, from, manifest }: OptionalPackages): void {
	const require = createRequire(from);
	const missing = names.filter((name) => !isInstalled(name, require));
	if (missing.length === 0) return;
	const { name: own, version, peerDependencies } = require(manifest) as Manifest;
	const wanted = missing.map((name) => `${name}@${peerDependencies[name]?.replace(/^\D+/, '')}`);
	throw new DeployToolError('not-installed', `${what} needs ${missing.join(', ')}, not installed here.`, {
		fault: 'user',
		next: installLine(from, `${own}@${version}`, wanted),
	});
}

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly peerDependencies: Readonly<Record<string, string>>;
}

function isInstalled(name: string, require: NodeJS.Require): boolean {
	try {
		require.resolve(`${name}/package.json`);
		return true;
	} catch (error) {
		// A package that keeps its manifest to itself is there as well.
		return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND';
	}
}

/** They must stand where the package itself stands; nothing can be added to the folder that `npx` made. */
function installLine(from: string, own: string, wanted: readonly string[]): string {
	const path = fileURLToPath(from);
	const at = path.search(/[\\/]node_modules[\\/]/);
	// npm's folder for global packages is no project.
	const isGlobal = at >= 0 && !existsSync(join(path.slice(0, at), 'package.json'));
	const all = /[\\/]_npx[\\/]/.test(path) ? [own, ...wanted] : wanted;
	return `npm install ${isGlobal ? '--global' : '--save-dev'} ${all.join(' ')}`;
}
