import { POLLS } from '../../test/e2e/faults/calls.ts';
import type { Lane } from '../../test/e2e/faults/lane.ts';

export interface Row {
	readonly command: string;
	/** Deployments that stood when it began. */
	readonly deployments: number;
	/** API requests, polling aside. */
	readonly requests: number;
	readonly mostRequests: number | null;
	/** From the start of the process to its end; for `deploy` without the time of the build. */
	readonly seconds: number;
	readonly mostSeconds: number | null;
	/** Root fields of the requests, in order. */
	readonly calls: readonly string[];
}

export interface Limits {
	readonly requests?: number;
	readonly seconds?: number;
}

/** Runs a command with latency on every call. `build` tells how much of its time was Railway's build. */
export async function measure(
	lane: Lane,
	command: { readonly name: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
	deployments: number,
	limits: Limits,
	build: (stdout: string) => Promise<number> = async () => 0,
): Promise<{ readonly row: Row; readonly stdout: string }> {
	process.stderr.write(`${command.name}, ${deployments} deployments\n`);
	lane.latencyMs = 150;
	const begun = performance.now();
	const { code, stdout, stderr, calls } = await lane.run(command.args, command.env);
	const seconds = (performance.now() - begun) / 1000;
	lane.latencyMs = 0;
	if (code !== 0) throw new Error(`${command.args.join(' ')} ended with ${code}\n${stderr}${stdout}`);
	const counted = calls.map(({ fields }) => fields).filter((fields) => !POLLS.has(fields));
	const row = {
		command: command.name,
		deployments,
		requests: counted.length,
		mostRequests: limits.requests ?? null,
		seconds: seconds - (await build(stdout)),
		mostSeconds: limits.seconds ?? null,
		calls: counted,
	};
	return { row, stdout };
}
