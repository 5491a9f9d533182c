import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hiddenBuildArgs } from 'pulse-deploy-kit/build-args';
import { type ProcessSpec, type RunningProcess, startProcess } from '../processes/spawn.ts';
import type { ProcessRegistry } from '../runtime/registry.ts';
import { shellQuote } from '../shell-quote.ts';
import type { ContainerStart } from '../world/model.ts';
import type { Containers } from './containers.ts';

export interface ContainerSpec extends Pick<ProcessSpec, 'cwd' | 'env' | 'onLine'> {
	readonly container: ContainerStart;
	/** Not used before. */
	readonly name: string;
	/** On 127.0.0.1, and the app's own; `null`: it takes no connections. */
	readonly ports: { readonly host: number; readonly app: number } | null;
}

/**
 * A container is the process of the engine's `run`, which passes on its output, its exit code and SIGTERM. Whatever ends that
 * process, the container ends with it.
 */
export function startContainer(spec: ContainerSpec, containers: Containers, registry: ProcessRegistry): RunningProcess {
	const { command, env, file } = runCommand(spec, containers);
	const process = startProcess({ command, env, cwd: spec.cwd, onLine: spec.onLine }, registry);
	const exited = process.exited.then(async (exit) => {
		rmSync(file, { force: true });
		await containers.remove(spec.name).catch(() => {});
		return exit;
	});
	return {
		pid: process.pid,
		exited,
		async stop(graceMs) {
			await process.stop(graceMs);
			await exited;
		},
	};
}

/** Docker reads lines of less than 64 KiB, and has no way to write a line break in one. */
const LONGEST = 60_000;

/** Its variables are in a file that only the owner reads: process arguments are public. */
export function runCommand(
	spec: Omit<ContainerSpec, 'onLine'>,
	containers: Pick<Containers, 'program' | 'env' | 'label'>,
) {
	const { image, isOwn, start } = spec.container;
	const fits = ([, value]: [string, string]) => !/[\r\n]/.test(value) && Buffer.byteLength(value) < LONGEST;
	const all = Object.entries(spec.env);
	const file = join(spec.cwd, `${spec.name}.env`);
	const lines = all.filter(fits).map(([name, value]) => `${name}=${value}\n`);
	writeFileSync(file, lines.join(''), { mode: 0o600 });
	// What the file cannot hold goes through the command's environment, but for what would steer that.
	const others = hiddenBuildArgs(Object.fromEntries(all.filter((entry) => !fits(entry)))).env;
	const [entrypoint, ...words] = start ?? [];
	const args = [
		...['run', '--rm', '--name', spec.name, ...containers.label, '--env-file', file],
		...Object.keys(others).flatMap((name) => ['--env', name]),
		...(spec.ports === null ? [] : ['--publish', `127.0.0.1:${spec.ports.host}:${spec.ports.app}`]),
		// One that was removed by hand is not looked for in a registry, where a stranger may have that name.
		...(isOwn ? ['--pull=never'] : []),
		...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
		image,
		...words,
	];
	const command = [containers.program, ...args].map(shellQuote).join(' ');
	return { command, env: { ...containers.env, ...others }, file };
}
