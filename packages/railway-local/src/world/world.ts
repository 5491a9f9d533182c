import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { writeDurably } from '../atomic-file.ts';
import { localCommand } from '../command-line.ts';
import { newId, newToken } from './ids.ts';
import type { WorldData } from './model.ts';

/**
 * The platform's memory. Invariants:
 * 1. Every edit goes through `change`, is seen at once by the next reader, and reaches the disk in order.
 * 2. `saved` resolves only when everything changed before the call is durable; the API answers a mutation after that.
 */
export interface World {
	readonly data: WorldData;
	/** What queries see: `data`, or a copy from `staleReadsMs` ago. */
	visible(): WorldData;
	change<T>(edit: (data: WorldData) => T): T;
	saved(): Promise<void>;
}

export interface WorldOptions {
	/** File that holds the state. */
	readonly path: string;
	readonly now: () => number;
	/** Queries answer from a state this many milliseconds old. Default 0. */
	readonly staleReadsMs: number;
}

export function openWorld(options: WorldOptions): World {
	const data = load(options.path) ?? emptyWorld();
	let dirty = false;
	let writing: Promise<void> | null = null;
	let history: { at: number; copy: WorldData }[] = [];

	async function write(): Promise<void> {
		try {
			while (dirty) {
				dirty = false;
				await writeDurably(options.path, JSON.stringify(data));
			}
		} catch (error) {
			// Written by the next call that waits for it, when the disk takes it again.
			dirty = true;
			throw error;
		} finally {
			writing = null;
		}
	}

	function remember(): void {
		if (options.staleReadsMs === 0) return;
		history.push({ at: options.now(), copy: structuredClone(data) });
		const horizon = options.now() - options.staleReadsMs;
		const newestOld = history.findLastIndex((entry) => entry.at <= horizon);
		if (newestOld > 0) history = history.slice(newestOld);
	}

	remember();
	return {
		data,
		visible() {
			if (options.staleReadsMs === 0) return data;
			const horizon = options.now() - options.staleReadsMs;
			return (history.findLast((entry) => entry.at <= horizon) ?? history[0])?.copy ?? data;
		},
		change(edit) {
			const result = edit(data);
			dirty = true;
			remember();
			return result;
		},
		async saved() {
			while (dirty || writing) {
				writing ??= write();
				await writing;
			}
		},
	};
}

function load(path: string): WorldData | null {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
	try {
		const data = JSON.parse(text) as WorldData;
		if (data.version !== 1) throw new Error(`version ${String(data.version)}`);
		return data;
	} catch (cause) {
		throw new DeployToolError('local-state-unreadable', `The local platform's state cannot be read: ${path}`, {
			fault: 'user',
			detail: String(cause),
			next: localCommand(dirname(path), 'down --purge'),
			cause,
		});
	}
}

function emptyWorld(): WorldData {
	return {
		version: 1,
		workspace: { id: newId(), name: 'Local workspace' },
		user: { id: newId(), email: 'you@localhost', name: 'You' },
		accountToken: newToken(),
		workspaceToken: newToken(),
		apiPort: null,
		projects: {},
		environments: {},
		services: {},
		instances: {},
		deployments: {},
		domains: {},
		projectTokens: {},
		workflows: {},
	};
}
