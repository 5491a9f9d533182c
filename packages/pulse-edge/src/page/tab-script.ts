import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { EDGE_PATH } from '../protocol.ts';

/** Where a tab says that it is there. */
export const REPORT_PATH = `${EDGE_PATH}tab`;

/** The script that pins a page's requests, as it is served. */
export interface TabScript {
	/** Named by its content, so that it never changes. */
	readonly path: string;
	readonly text: string;
	/** Latin-1, one character for each byte. */
	readonly gzipped: string;
	/** The first thing in a page of this version. `idleSeconds`: how long a browser keeps it unused; `null` where each tab has its own. */
	tag(id: string, nonce: string, idleSeconds: number | null): string;
}

/** Bundled from `pulse-tab` by `npm run build`; at the same place seen from `src` and from `dist`. */
const FILE = new URL('../../dist/tab-script.js', import.meta.url);

const WORKER_FILE = new URL('../../dist/worker-script.js', import.meta.url);

let worker: string | null = null;

/** What goes in front of a worker's own script: one line that says nothing of being strict, because that would speak for the rest. */
export function workerScript(): string {
	worker ??= `${readFileSync(WORKER_FILE, 'utf8')
		.trim()
		.replace(/^"use strict";/, '')
		.replaceAll('\n', ' ')};`;
	return worker;
}

let workerHash: string | null = null;

/** What validators of a worker's script name in place of its version: with that in front, it is another text at the same address. */
export function workerVersion(id: string): string {
	workerHash ??= hashOf(workerScript()).slice(0, 8);
	return `${id}+${workerHash}`;
}

let loaded: TabScript | null = null;

export function tabScript(): TabScript {
	loaded ??= load();
	return loaded;
}

function load(): TabScript {
	const text = readFileSync(FILE, 'utf8');
	const path = `${EDGE_PATH}tab.${hashOf(text).slice(0, 16)}.js`;
	return {
		path,
		text,
		gzipped: gzipSync(text, { level: 9 }).toString('latin1'),
		tag: (id, nonce, idleSeconds) => {
			const idle = idleSeconds === null ? '' : ` data-idle="${idleSeconds}"`;
			return `<script src="${path}" data-pulse="${id}"${idle}${nonce === '' ? '' : ` nonce="${nonce}"`}></script>`;
		},
	};
}

function hashOf(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
