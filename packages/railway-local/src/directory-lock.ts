import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { replaceFile } from './atomic-file.ts';
import { localCommand } from './command-line.ts';
import { startTime } from './runtime/registry.ts';

/** How the other commands find a running platform. Holds the account token: the file is the owner's alone. */
export interface RunningPlatform {
	readonly pid: number;
	readonly start: string | null;
	/** `null` until it listens. */
	readonly apiUrl: string | null;
	readonly token: string | null;
	readonly workspaceId: string | null;
}

export interface DirectoryLock {
	publish(address: Pick<RunningPlatform, 'apiUrl' | 'token' | 'workspaceId'>): void;
	release(): void;
}

const path = (dir: string): string => join(dir, 'platform.json');

/** One platform a folder. A file left by one that was killed is taken over. */
export function lockDirectory(dir: string): DirectoryLock {
	const self: RunningPlatform = {
		pid: process.pid,
		start: startTime(process.pid),
		apiUrl: null,
		token: null,
		workspaceId: null,
	};
	const running = findRunning(dir);
	if (running) throw alreadyRunning(dir, running);
	setAside(dir);
	try {
		writeFileSync(path(dir), JSON.stringify(self), { flag: 'wx', mode: 0o600 });
	} catch (error) {
		const winner = findRunning(dir);
		if ((error as NodeJS.ErrnoException).code === 'EEXIST' && winner) throw alreadyRunning(dir, winner);
		throw error;
	}
	return {
		publish: (address) => replaceFile(path(dir), JSON.stringify({ ...self, ...address })),
		release: () => rmSync(path(dir), { force: true }),
	};
}

/** Two that start at once may both find a dead one's file; the one that moved away the other's fresh file puts it back. */
function setAside(dir: string): void {
	const aside = `${path(dir)}.${process.pid}`;
	try {
		renameSync(path(dir), aside);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
		throw error;
	}
	const winner = readAlive(aside);
	if (winner) {
		renameSync(aside, path(dir));
		throw alreadyRunning(dir, winner);
	}
	rmSync(aside, { force: true });
}

/** The platform that holds this folder, if its process is alive. */
export function findRunning(dir: string): RunningPlatform | null {
	return readAlive(path(dir));
}

function readAlive(file: string): RunningPlatform | null {
	try {
		const found = JSON.parse(readFileSync(file, 'utf8')) as RunningPlatform;
		const start = startTime(found.pid);
		return start !== null && start === found.start ? found : null;
	} catch {
		return null;
	}
}

function alreadyRunning(dir: string, { pid, apiUrl }: RunningPlatform): DeployToolError {
	return new DeployToolError('local-already-running', `A local platform already runs in ${dir}.`, {
		fault: 'user',
		detail: `Process ${pid}${apiUrl ? `, ${apiUrl}` : ''}.`,
		next: `${localCommand(dir, 'status')}, or ${localCommand(dir, 'down')}`,
	});
}
