import { type ChildProcess, spawn } from 'node:child_process';
import { onceChanged } from './changes.ts';

/** What the process that runs the app says to the one that watches. */
export type ChildWord = { readonly file: string } | { readonly port: number };

/** Longer than an app takes to end by itself: one that is still there is busy for good, e.g. in an endless loop. */
const STUCK_MS = 5000;

export interface Supervisor {
	/** Ends the app as Ctrl-C does; called again, at once. */
	stop(): void;
	/** Resolves when the app has ended after `stop`. */
	readonly done: Promise<void>;
}

/**
 * Runs the app in a process of its own, and again whenever a file changes that it loaded. The process is a group of its
 * own: a terminal's Ctrl-C reaches the watcher alone, which passes it on once. A port that was picked is taken again, so
 * that the sockets of browsers come back.
 */
export function supervise(
	command: readonly string[],
	first: readonly string[],
	say: (text: string) => void,
): Supervisor {
	let stopping = false;
	let changed: string | null = null;
	let port: number | null = null;
	let child: ChildProcess;
	let finish: () => void;
	const done = new Promise<void>((resolve) => {
		finish = resolve;
	});

	const start = () => {
		changed = null;
		const [program = process.execPath, ...args] = command;
		const again = port === null ? [] : ['--port', String(port)];
		const app = spawn(program, [...args, ...again], {
			stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
			detached: true,
		});
		child = app;
		const files = onceChanged(first, (name) => {
			changed = name;
			say(`${name} changed: starting anew.`);
			if (!hasEnded(app)) end(app);
			else start();
		});
		app.on('message', (word: ChildWord) => {
			if ('file' in word) files.add(word.file);
			else port = word.port;
		});
		// No process came of it: Node itself was replaced meanwhile, or the machine takes no more processes.
		app.on('error', ({ message }) => say(`The app could not be started: ${message}; waiting for a change.`));
		app.once('exit', (code, signal) => {
			if (stopping) {
				files.stop();
				return finish();
			}
			if (changed !== null) return start();
			say(`The app ended (${signal ?? code}); waiting for a change.`);
		});
	};
	start();
	return {
		done,
		stop: () => {
			stopping = true;
			if (hasEnded(child)) finish();
			else end(child);
		},
	};
}

function end(app: ChildProcess): void {
	app.kill('SIGINT');
	const timer = setTimeout(() => app.kill('SIGKILL'), STUCK_MS);
	app.once('exit', () => clearTimeout(timer));
}

function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}
