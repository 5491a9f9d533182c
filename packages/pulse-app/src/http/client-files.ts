import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The browser client as plain ES modules: `/_pulse/client.js`, what it needs below `/_pulse/client/`, and Socket.IO's own
 * browser build beside it. Imports carry the query of the module that imports, so that all of them come from the deployment
 * that served the page, whatever is active by then.
 */
export interface ClientFiles {
	moduleUrl(query: Readonly<Record<string, string>>): string;
	bannerUrl(query: Readonly<Record<string, string>>): string;
	/** Of the script in a page's head. Named by its content, so that a browser may keep it. */
	tabUrl(query: Readonly<Record<string, string>>): string;
	/** False when the path is not one of them. */
	serve(path: string, request: IncomingMessage, response: ServerResponse): boolean;
}

const ENTRY = '/_pulse/client.js';
const FOLDER = '/_pulse/client/';

export function createClientFiles(folder: string = bundles()): ClientFiles {
	let read: Files | null = null;
	const files = () => {
		read ??= readFiles(folder);
		return read;
	};
	return {
		moduleUrl: (query) => ENTRY + searchOf(query),
		bannerUrl: (query) => `${FOLDER}banner.js${searchOf(query)}`,
		tabUrl: (query) => files().tab + searchOf(query),
		serve: (path, request, response) => {
			const source = files().sources.get(path);
			if (source === undefined) return false;
			const query = request.url?.split('?', 2)[1];
			const isKept = path === files().tab;
			send(request, response, query === undefined || isKept ? source : pin(source, query), isKept);
			return true;
		},
	};
}

/** Made by `npm run build`; at the same place seen from `src` and from `dist`. */
function bundles(): string {
	return fileURLToPath(new URL('../../dist/browser', import.meta.url));
}

interface Files {
	readonly tab: string;
	readonly sources: ReadonlyMap<string, string>;
}

function readFiles(folder: string): Files {
	const read = (file: string) => readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
	const socketIo = dirname(createRequire(import.meta.url).resolve('socket.io/package.json'));
	const script = read(join(folder, 'tab.js'));
	const tab = `${FOLDER}tab.${createHash('sha256').update(script).digest('hex').slice(0, 16)}.js`;
	const sources = new Map([
		[ENTRY, "export * from './client/index.js';\n"],
		[`${FOLDER}socket.io.js`, read(join(socketIo, 'client-dist/socket.io.esm.min.js'))],
		[tab, script],
	]);
	for (const name of readdirSync(folder)) if (name !== 'tab.js') sources.set(FOLDER + name, read(join(folder, name)));
	return { tab, sources };
}

/** Only the characters of a query that need no escaping inside a string literal. */
function pin(source: string, query: string): string {
	if (!/^[\w.~%&=+-]*$/.test(query)) return source;
	return source.replaceAll(/((?:from|import)\s*\(?\s*['"])(\.\.?\/[\w./-]+\.js)(['"])/g, `$1$2?${query}$3`);
}

function send(request: IncomingMessage, response: ServerResponse, body: string, isKept: boolean): void {
	const etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
	response.setHeader('etag', etag);
	response.setHeader('cache-control', isKept ? 'public, max-age=31536000, immutable' : 'no-cache');
	if (request.headers['if-none-match'] === etag) {
		response.writeHead(304).end();
		return;
	}
	response.writeHead(200, {
		'content-type': 'text/javascript; charset=utf-8',
		'content-length': Buffer.byteLength(body),
	});
	response.end(request.method === 'HEAD' ? undefined : body);
}

function searchOf(query: Readonly<Record<string, string>>): string {
	const search = new URLSearchParams(query).toString();
	return search === '' ? '' : `?${search}`;
}
