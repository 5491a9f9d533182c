import { createRequire, register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

/** Runs in the thread of Node's loader. */
const LOADER = `data:text/javascript,let port;
export const initialize = (given) => { port = given };
export const load = (url, context, next) => { port.postMessage(url); return next(url, context) };`;

/**
 * Hears of each file outside `node_modules` that Node loads by itself from now on: plain JavaScript and JSON, which need no
 * compiling. Those that were loaded by `require`, or just now, are heard of when the function is called that it returns.
 */
export function hearLoadedFiles(hear: (path: string) => void): () => void {
	const { port1, port2 } = new MessageChannel();
	const hearUrl = (url: string) => {
		if (url.startsWith('file:') && !url.includes('/node_modules/')) hear(fileURLToPath(url));
	};
	port1.on('message', hearUrl).unref();
	register(LOADER, { data: port2, transferList: [port2] });
	const { cache } = createRequire(import.meta.url);
	return () => {
		for (let next = receiveMessageOnPort(port1); next !== undefined; next = receiveMessageOnPort(port1)) {
			hearUrl(next.message);
		}
		for (const path of Object.keys(cache)) if (!path.includes('/node_modules/')) hear(path);
	};
}
