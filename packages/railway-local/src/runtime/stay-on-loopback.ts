import { fileURLToPath, pathToFileURL } from 'node:url';

/** From the build, also when this file runs from its source: a service's Node cannot read TypeScript. */
const PRELOAD = fileURLToPath(new URL('../../dist/runtime/loopback-only.js', import.meta.url));

/** `NODE_OPTIONS` that keep every server of a Node process on this machine. */
export function nodeOptions(own: string | undefined): string {
	return [`--import=${pathToFileURL(PRELOAD)}`, own].filter(Boolean).join(' ');
}

/** A start command whose `--address` or `--host` names all addresses names this machine's own instead: for every other runtime. */
export function loopbackCommand(command: string): string {
	return command.replace(/(\s--(?:address|host)[ =])(["']?)(?:::|\[::\]|0\.0\.0\.0)\2(?=[\s"';]|$)/g, '$1127.0.0.1');
}
