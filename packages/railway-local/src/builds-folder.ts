import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';

const POINTER = 'builds.path';
const OWNER = 'platform.path';

/**
 * Where deployments and their dependencies stand: in the platform's folder, unless that is within a project. Node looks
 * for packages in every folder above a file, and would find the developer's own ones for a deployment that forgot to
 * declare them. Chosen once, because what is built names its place.
 */
export function buildsFolder(root: string, env: Readonly<Record<string, string | undefined>>): string {
	const before = readBuildsFolder(root);
	if (before !== null) return before;
	const chosen = above(root).some((folder) => MARKS.some((name) => existsSync(join(folder, name))))
		? join(outside(env), nameOf(root))
		: root;
	writeFileSync(join(root, POINTER), `${chosen}\n`, { mode: 0o600 });
	if (chosen !== root) {
		mkdirSync(chosen, { recursive: true, mode: 0o700 });
		writeFileSync(join(chosen, OWNER), root, { mode: 0o600 });
		dropOrphans(dirname(chosen));
	}
	return chosen;
}

/** The folder beside the platform's own that goes with it, if there is one. */
export function readBuildsFolder(root: string): string | null {
	let path: string;
	try {
		path = readFileSync(join(root, POINTER), 'utf8').trim();
	} catch {
		return null;
	}
	// It is removed with the platform: a pointer that was changed, or a folder that was moved here, is not followed.
	return path === root || (isAbsolute(path) && basename(path) === nameOf(root)) ? path : null;
}

const MARKS = ['node_modules', 'package.json'];
const nameOf = (root: string): string => `local-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;

/** Builds of platforms whose own folder the user deleted with the project. */
function dropOrphans(place: string): void {
	for (const name of readdirSync(place)) {
		let owner: string;
		try {
			owner = readFileSync(join(place, name, OWNER), 'utf8');
		} catch {
			continue;
		}
		if (name === nameOf(owner) && !existsSync(owner)) rmSync(join(place, name), { recursive: true, force: true });
	}
}

function outside(env: Readonly<Record<string, string | undefined>>): string {
	const home = env.HOME || homedir();
	const cache = env.XDG_CACHE_HOME || join(home, '.cache');
	const places = [cache, '/var/tmp', tmpdir()].map((place) => join(place, 'pulse-railway'));
	return places.find((place) => !above(place).some((folder) => existsSync(join(folder, 'node_modules')))) ?? places[0]!;
}

function above(path: string): string[] {
	const parent = dirname(path);
	return parent === path ? [] : [parent, ...above(parent)];
}
