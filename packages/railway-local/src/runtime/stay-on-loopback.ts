import { fileURLToPath, pathToFileURL } from 'node:url';

/** From the build, also when this file runs from its source: a service's Node cannot read TypeScript. */
const PRELOAD = fileURLToPath(new URL('../../dist/runtime/loopback-only.js', import.meta.url));

/** `NODE_OPTIONS` that keep every server of a Node process on this machine, and give it its own port for the one that its service says. */
export function nodeOptions(given: string | undefined, declared: string | undefined, port: number): string {
	const preload = pathToFileURL(PRELOAD);
	if (declared !== undefined && /^\d+$/.test(declared)) preload.search = `declared=${declared}&own=${port}`;
	return [`--import=${preload}`, given].filter(Boolean).join(' ');
}

/** A start command whose `--address`, `--host` or `--bind` names all addresses names this machine's own instead: for every other runtime. */
export function loopbackCommand(command: string): string {
	return command.replace(
		/(\s(?:--(?:[\w-]+\.)?(?:address|host|bind)|-b)[ =])(["']?)(?:::|\[::\]|0\.0\.0\.0)(:\d+)?\2(?=[\s"';]|$)/g,
		'$1127.0.0.1$3',
	);
}
