import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which process groups are ours, one file each, named by pid. No service outlives its platform:
 * 1. A process is recorded before it runs anything (see `spawn.ts`), and its file goes when its group is dead.
 * 2. A guard process waits for the platform's end, however it ends, and kills what is recorded.
 * 3. Should the guard die as well, the next start reaps by pid and start time, so a reused pid is never hit.
 */
export interface ProcessRegistry {
	add(pid: number): void;
	/** Kills what is left of the group and forgets it. */
	remove(pid: number): void;
	/** For a clean stop, once every process is gone. */
	close(): void;
}

/** Stops what `cat` cannot read any more: the other end of its input is held by the platform alone. */
const GUARD = `
trap '' INT TERM HUP
cat >/dev/null
groups=$(ls "$1")
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
[ -n "$groups" ] && sleep 1
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; rm -f "$1/$group"; done
eval "$2" >/dev/null 2>&1
`;

/** What else a guard ends: a shell command line, and its environment. */
export interface AlsoEnded {
	readonly cleanup: string;
	readonly env: Readonly<Record<string, string>>;
}

export function openRegistry(dir: string, also: AlsoEnded | null = null): ProcessRegistry {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	reap(dir);
	let closed = false;
	const startGuard = () => {
		const child = spawn('sh', ['-c', GUARD, 'local-platform-guard', dir, also?.cleanup ?? ''], {
			stdio: ['pipe', 'ignore', 'ignore'],
			detached: true,
			env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...also?.env },
		});
		child.stdin.on('error', () => {});
		child.on('error', () => {});
		child.on('exit', () => {
			if (!closed) guard = startGuard();
		});
		child.unref();
		(child.stdin as unknown as { unref(): void }).unref();
		return child;
	};
	let guard = startGuard();
	return {
		add(pid) {
			writeFileSync(join(dir, String(pid)), startTime(pid) ?? '');
		},
		remove(pid) {
			killGroup(pid);
			rmSync(join(dir, String(pid)), { force: true });
		},
		close() {
			closed = true;
			guard.stdin.end();
		},
	};
}

/** Kills the groups that an earlier platform in this folder left behind. */
function reap(dir: string): void {
	for (const name of readdirSync(dir)) {
		const pid = Number(name);
		const recorded = readFileSync(join(dir, name), 'utf8');
		if (recorded !== '' && startTime(pid) === recorded) killGroup(pid);
		rmSync(join(dir, name), { force: true });
	}
}

export function killGroup(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// No process left; macOS says EPERM when all that is left is waiting to be reaped.
		if (code !== 'ESRCH' && code !== 'EPERM') throw error;
	}
}

/** Identifies a process beyond its pid: ticks since boot plus the boot, or `ps`'s date where there is no /proc. */
export function startTime(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The second field is the command in parentheses and may hold spaces; the start time is the 22nd.
		const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
		return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
	} catch {
		if (process.platform === 'linux') return null;
	}
	try {
		return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
	} catch {
		return null;
	}
}
