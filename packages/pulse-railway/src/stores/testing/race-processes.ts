import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { RaceResult } from './race.ts';

const ROUNDS = 60;
/** Node 20 reads no TypeScript by itself. */
const LOADER = ['--import', import.meta.resolve('jiti/register')];

/** Two processes write to one store at once; no promotion may be lost and no nonce claimed twice. */
export async function raceInTwoProcesses(url: string): Promise<void> {
	const script = fileURLToPath(new URL('./racing-writer.ts', import.meta.url));
	const run = async (name: string): Promise<RaceResult> => {
		const { stdout } = await promisify(execFile)(process.execPath, [...LOADER, script, url, name, String(ROUNDS)]);
		return JSON.parse(stdout);
	};
	const results = await Promise.all([run('left'), run('right')]);
	expect(new Set(results.flatMap((result) => result.replaced)).size).toBe(2 * ROUNDS);
	expect(results.reduce((sum, { claimed }) => sum + claimed, 0)).toBe(ROUNDS);
}
