import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The browser client as plain ES modules: `/_pulse/client.js`, its parts below `/_pulse/client/` and `/_pulse/wire/`, and Socket.IO's own browser
 * build beside them. Imports between them carry the query of the module that imports, so that all of them come from the
 * deployment that served the page, whatever is active by then.
 */
export interface ClientFiles {
	moduleUrl(query: Readonly<Record<string, string>>): string;
	/** False when the path is not one of them. */
	serve(path: string, request: IncomingMessage, response: ServerResponse): boolean;
}

const ENTRY = '/_pulse/client.js';
const FOLDER = '/_pulse/client/';

export function createClientFiles(folder: string = compiledClient()): ClientFiles {
	let files: Map<string, string> | null = null;
	return {
		moduleUrl: (query) => ENTRY + searchOf(query),
		serve: (path, request, response) => {
			files ??= readFiles(folder);
			const source = files.get(path);
			if (source === undefined) return false;
			const query = request.url?.split('?', 2)[1];
			send(request, response, query === undefined ? source : pin(source, query));
			return true;
		},
	};
}

/** Compiled beside this file; beside the sources when those run without a build. */
function compiledClient(): string {
	const here = dirname(fileURLToPath(import.meta.url));
	return import.meta.url.endsWith('.ts') ? join(here, '../../dist/client') : join(here, '../client');
}

function readFiles(folder: string): Map<string, string> {
	const read = (file: string) => readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
	const socketIo = dirname(createRequire(import.meta.url).resolve('socket.io/package.json'));
	const files = new Map([
		[ENTRY, "export * from './client/index.js';\n"],
		[`${FOLDER}socket.io.js`, read(join(socketIo, 'client-dist/socket.io.esm.min.js'))],
	]);
	files.set('/_pulse/wire/serialize.js', read(join(folder, '../wire/serialize.js')));
	for (const name of readdirSync(folder)) {
		if (name.endsWith('.js')) files.set(FOLDER + name, read(join(folder, name)));
	}
	return files;
}

/** Only the characters of a query that need no escaping inside a string literal. */
function pin(source: string, query: string): string {
	if (!/^[\w.~%&=+-]*$/.test(query)) return source;
	return source.replaceAll(/((?:from|import)\s*\(?\s*['"])(\.\.?\/[\w./-]+\.js)(['"])/g, `$1$2?${query}$3`);
}

function send(request: IncomingMessage, response: ServerResponse, body: string): void {
	const etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
	response.setHeader('etag', etag);
	response.setHeader('cache-control', 'no-cache');
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
