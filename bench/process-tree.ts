import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of these processes and all their descendants, in microseconds, as the scheduler counted it. Linux only. */
export function cpuMicroseconds(roots: readonly number[]): number {
	let total = 0;
	for (const pid of tree(roots)) {
		for (const thread of list(`/proc/${pid}/task`)) {
			total += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0) / 1000;
		}
	}
	return total;
}

/** Resident memory that is theirs alone plus their share of what they share, in KB. */
export function residentKilobytes(roots: readonly number[]): number {
	let total = 0;
	for (const pid of tree(roots)) total += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
	return total;
}

function tree(roots: readonly number[]): Set<number> {
	const parents = new Map<number, number>();
	for (const entry of list('/proc')) {
		// The command's name may hold spaces and brackets; the parent is the second field after it.
		const stat = /^\d+$/.test(entry) ? read(`/proc/${entry}/stat`) : '';
		if (stat !== '') parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
	}
	const found = new Set(roots);
	for (let before = -1; before !== found.size; ) {
		before = found.size;
		for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
	}
	return found;
}

function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

function list(path: string): string[] {
	try {
		return readdirSync(path);
	} catch {
		return [];
	}
}
