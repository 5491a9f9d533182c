import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commands } from '../../packages/pulse-railway/src/cli/commands.ts';

const BIN = fileURLToPath(new URL('../../packages/pulse-railway/bin/pulse-railway.js', import.meta.url));
const ROUNDS = 5;

export interface HelpRow {
	readonly command: string;
	/** Medians, milliseconds: user and system time of the process, and from its start to its end. */
	readonly cpuMs: number;
	readonly wallMs: number;
}

/** `--help` of every command. A shell tells the CPU time of its child, which Node cannot. */
export function measureHelp(): readonly HelpRow[] {
	return commands.map(({ name }) => {
		const samples = Array.from({ length: ROUNDS }, () => once(name));
		return {
			command: name,
			cpuMs: median(samples.map(({ cpu }) => cpu)),
			wallMs: median(samples.map(({ wall }) => wall)),
		};
	});
}

function once(name: string): { readonly cpu: number; readonly wall: number } {
	const script = 'TIMEFORMAT="%U %S %R"; time "$@" --help >/dev/null';
	const { stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, BIN, ...name.split(' ')], {
		encoding: 'utf8',
	});
	const [user = 0, system = 0, wall = 0] = stderr.trim().split(' ').map(Number);
	return { cpu: (user + system) * 1000, wall: wall * 1000 };
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
