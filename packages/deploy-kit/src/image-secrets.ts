import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { looksSecret } from './looks-secret.ts';

/** A context may be as large as a home directory; what stands within this many entries of its top is looked at. */
const LOOKED_AT = 20_000;
const SHOWN = 5;

/**
 * Without a `.dockerignore` a `COPY . .` takes everything along, also what no upload would: warns of what looks like a
 * secret. `dockerfile` is a path; Docker prefers an ignore file named after it.
 */
export async function imageSecretsWarning(context: string, dockerfile: string): Promise<string | null> {
	if (existsSync(join(context, '.dockerignore')) || existsSync(`${dockerfile}.dockerignore`)) return null;
	const found = await secretsIn(context);
	if (found.length === 0) return null;
	const shown = found.slice(0, SHOWN).join(', ') + (found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '');
	return `${shown} may end up in the image: there is no .dockerignore in ${context}`;
}

/** Breadth first, so that what is nearest to the top is found first. Links are not followed: Docker does not either. */
async function secretsIn(context: string): Promise<string[]> {
	const found: string[] = [];
	const waiting = [''];
	let seen = 0;
	for (let below = waiting.shift(); below !== undefined && seen < LOOKED_AT; below = waiting.shift()) {
		const children = await readdir(join(context, below), { withFileTypes: true }).catch(() => []);
		seen += children.length;
		for (const child of children.sort((left, right) => (left.name < right.name ? -1 : 1))) {
			const path = below === '' ? child.name : `${below}/${child.name}`;
			// Of a local platform; what else stands in `.pulse` is no secret.
			if (/(^|\/)\.pulse\/local$/.test(path) && child.isDirectory()) found.push(path);
			else if (!child.isDirectory() && looksSecret(path)) found.push(path);
			else if (child.isDirectory() && child.name !== 'node_modules' && child.name !== '.git') waiting.push(path);
		}
	}
	return found;
}
