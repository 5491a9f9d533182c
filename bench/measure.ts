import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadRequest, LoadResult } from './load.ts';
import type { Peer } from './peers/peer.ts';
import { cpuMicroseconds, residentKilobytes } from './process-tree.ts';

export interface Sample extends LoadResult {
	/** Of the peer's process tree; 0 for going direct. */
	readonly cpuMicroseconds: number;
	/** KB at the end of the measured time. */
	readonly residentKilobytes: number;
}

const SCRIPT = fileURLToPath(new URL('./load.ts', import.meta.url));

/** One run of load from a process of its own. */
export async function measure(peer: Peer, request: Omit<LoadRequest, 'port'>): Promise<Sample> {
	const load = fork(SCRIPT, { execArgv: ['--import', import.meta.resolve('jiti/register')] });
	let before = 0;
	try {
		const result = await new Promise<LoadResult & { cpu: number; resident: number }>((resolve, reject) => {
			load.once('error', reject);
			load.once('exit', () => reject(new Error('the load process ended early')));
			load.on('message', (message) => {
				const cpu = cpuMicroseconds(peer.pids);
				if (message === 'begin') before = cpu;
				else resolve({ ...(message as LoadResult), cpu, resident: residentKilobytes(peer.pids) });
			});
			load.send({ ...request, port: peer.port });
		});
		const { cpu, resident, ...rest } = result;
		return { ...rest, cpuMicroseconds: cpu - before, residentKilobytes: resident };
	} finally {
		load.removeAllListeners('exit');
		load.kill();
	}
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
