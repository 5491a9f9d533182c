import { mkdirSync } from 'node:fs';
import { appendFile, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface LogEntry {
	/** ISO 8601 in nanoseconds, as the platform gives it: no two lines of a log have the same. */
	readonly timestamp: string;
	readonly message: string;
	readonly severity: 'info' | 'error';
	/** Replica, where there is one. */
	readonly instance?: string;
}

export type LogKind = 'build' | 'deploy';
export type WriteLine = (message: string, severity?: LogEntry['severity'], instance?: string) => void;

export interface Logs {
	writer(deploymentId: string, kind: LogKind): WriteLine;
	/** All that is kept, oldest first. */
	read(deploymentId: string, kind: LogKind): Promise<LogEntry[]>;
	remove(deploymentId: string): Promise<void>;
	flushed(): Promise<void>;
}

/** A log keeps at least its last this many bytes, at most twice as many. */
const MAX_BYTES = 5 * 1024 * 1024;

/** One file of JSON lines per deployment and kind, plus the one before it. */
export function openLogs(dir: string, now: () => number): Logs {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const pending = new Map<string, string>();
	const writing = new Map<string, Promise<void>>();
	/** The piece of each that is being written. */
	const pieces = new Map<string, Promise<void>>();
	let last = { at: 0, nth: 0 };
	const file = (deploymentId: string, kind: LogKind) => join(dir, `${deploymentId}.${kind}.ndjson`);

	async function drain(path: string): Promise<void> {
		for (let text = pending.get(path); text; text = pending.get(path)) {
			pending.delete(path);
			const piece = append(path, text);
			pieces.set(path, piece);
			await piece;
		}
		pieces.delete(path);
		writing.delete(path);
	}

	async function append(path: string, text: string): Promise<void> {
		await appendFile(path, text, { mode: 0o600 });
		if ((await stat(path)).size > MAX_BYTES) await rename(path, `${path}.1`);
	}

	/** What was written until now is in the piece under way and the one after it. A service that never rests has always another. */
	async function flush(path: string): Promise<void> {
		for (let nth = 0; nth < 2; nth++) await pieces.get(path)?.catch(() => {});
	}

	return {
		writer:
			(deploymentId, kind) =>
			(message, severity = 'info', instance) => {
				const path = file(deploymentId, kind);
				const at = Math.max(now(), last.at);
				last = { at, nth: at === last.at ? last.nth + 1 : 0 };
				const entry: LogEntry = {
					timestamp: nanoseconds(at, last.nth),
					message,
					severity,
					...(instance === undefined ? {} : { instance }),
				};
				pending.set(path, `${pending.get(path) ?? ''}${JSON.stringify(entry)}\n`);
				if (!writing.has(path))
					writing.set(
						path,
						drain(path).catch(() => {
							pieces.delete(path);
							writing.delete(path);
						}),
					);
			},
		async read(deploymentId, kind) {
			const path = file(deploymentId, kind);
			await flush(path);
			return (await Promise.all([`${path}.1`, path].map(readEntries))).flat();
		},
		async remove(deploymentId) {
			for (const kind of ['build', 'deploy'] as const) {
				const path = file(deploymentId, kind);
				pending.delete(path);
				await writing.get(path);
				await Promise.all([path, `${path}.1`].map((name) => rm(name, { force: true })));
			}
		},
		async flushed() {
			await Promise.all(writing.values());
		},
	};
}

/** `nth` counts within the millisecond. */
export function nanoseconds(at: number, nth: number): string {
	return new Date(at).toISOString().replace('Z', `${String(nth).padStart(6, '0')}Z`);
}

async function readEntries(path: string): Promise<LogEntry[]> {
	const text = await readFile(path, 'utf8').catch(() => '');
	return text.split('\n').flatMap((line) => entryOf(line));
}

/** A line may be half written, or run into the next, where the machine went down. */
function entryOf(line: string): LogEntry[] {
	if (line === '') return [];
	try {
		return [JSON.parse(line) as LogEntry];
	} catch {
		return [];
	}
}
