import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { PulseError } from '../errors.ts';

/**
 * Reads an `.env` file as `node --env-file` does: variables that are set already stay as they are. Returns what to say of
 * it, by names alone; `null` without a file. A folder of this name is a Python environment.
 */
export function readEnvFile(path: string, env: NodeJS.ProcessEnv = process.env): string | null {
	if (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true) return null;
	const found = Object.entries(parseEnv(read(path)));
	const fresh = found.filter(([name]) => env[name] === undefined);
	for (const [name, value] of fresh) env[name] = value;
	const kept = found.filter((entry) => !fresh.includes(entry)).map(([name]) => name);
	const names = fresh.map(([name]) => name).join(', ') || 'nothing';
	return `Read from .env: ${names}${kept.length === 0 ? '' : ` (set already: ${kept.join(', ')})`}.`;
}

function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (cause) {
		throw new PulseError('unreadable-env-file', `${path} cannot be read: ${(cause as Error).message}`, {
			next: 'Make it readable, or move it away: pulse run reads it in development only.',
			cause,
		});
	}
}
