import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { ProcessRegistry } from '../runtime/registry.ts';
import { eachLine } from './lines.ts';

export interface ProcessSpec {
	/** A shell command line; `exec`ed, so the program itself is the process that is signalled. */
	readonly command: string;
	readonly cwd: string;
	/** The whole environment: nothing is inherited. */
	readonly env: Readonly<Record<string, string>>;
	onLine(text: string, severity: 'info' | 'error'): void;
}

export interface RunningProcess {
	readonly pid: number;
	/** Resolves once, after the last line of output. */
	readonly exited: Promise<Exit>;
	/** SIGTERM, then SIGKILL to the whole group after `graceMs`; resolves when it is gone. */
	stop(graceMs: number): Promise<void>;
}

export interface Exit {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

const OUTPUT_GRACE_MS = 2_000;

/** Waits on descriptor 3 until the process is recorded: a platform killed in between leaves a shell that just ends. */
const GATE = 'read -r go <&3 || exit 125; exec 3<&-; exec sh -c "$1"';

export function startProcess(spec: ProcessSpec, registry: ProcessRegistry): RunningProcess {
	const child = spawn('/bin/sh', ['-c', GATE, 'sh', execForm(spec.command)], {
		cwd: spec.cwd,
		env: { ...spec.env },
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
	});
	const pid = child.pid;
	const exited = new Promise<Exit>((resolve) => {
		child.on('error', (error) => {
			spec.onLine(`The process could not be started: ${error.message}`, 'error');
			resolve({ code: 127, signal: null });
		});
		let exit: Exit | null = null;
		child.on('exit', (code, signal) => {
			exit = { code, signal };
			// As when a container's first process ends: everything else in it goes too, which also closes the pipes.
			if (pid !== undefined) registry.remove(pid);
			// A descendant that left the group may hold the pipes for ever.
			setTimeout(() => resolve({ code, signal }), OUTPUT_GRACE_MS).unref();
		});
		child.on('close', () => exit && resolve(exit));
	});
	eachLine(child.stdout!, (line) => spec.onLine(line, 'info'));
	eachLine(child.stderr!, (line) => spec.onLine(line, 'error'));
	if (pid !== undefined) {
		const gate = child.stdio[3] as Writable;
		gate.on('error', () => {});
		try {
			registry.add(pid);
			gate.end('go\n');
		} catch (error) {
			spec.onLine(`The process could not be started: ${String(error)}`, 'error');
			gate.end();
		}
	}
	return {
		pid: pid ?? 0,
		exited,
		async stop(graceMs) {
			child.kill('SIGTERM');
			const timer = setTimeout(() => pid !== undefined && registry.remove(pid), graceMs);
			await exited;
			clearTimeout(timer);
		},
	};
}

/** A single simple command replaces its shell, so that SIGTERM reaches the program, as it does in a container. */
function execForm(command: string): string {
	const bare = command.replace(/'[^']*'|"(?:[^"\\]|\\.)*"|\$\{[^}]*\}/g, '');
	const compound =
		/[;&|\n(){}]/.test(bare) ||
		/^\s*([A-Za-z_]\w*=|(if|for|while|until|case|exec|exit|cd|eval|export|set|trap|\.|:)(\s|$))/.test(bare);
	return compound ? command : `exec ${command}`;
}

export const describe = (exit: Exit): string => (exit.signal ? `signal ${exit.signal}` : `code ${exit.code}`);
