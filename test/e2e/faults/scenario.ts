import type { CommandResult } from '../../support/command.ts';
import { until } from '../../support/until.ts';
import type { Lane, Stack } from './lane.ts';

/** One attempt at a command: what is typed, and what must be true once it went through, maybe at its second run. */
export interface Attempt {
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Deployments that may answer visitors meanwhile, besides those that it creates; first the active one, if any. */
	readonly mayAnswer: readonly string[];
	/** Services whose processes go on as they are, with all that they hold in memory. */
	readonly untouched: readonly string[];
	/** Its own, which `dispose` takes away; default: the one that every attempt shares. */
	readonly stack?: Stack;
	/** A second run may say that there is nothing left to do. */
	readonly nothingLeft?: RegExp;
	/** Throws for what is wrong. `ended` is the last run. */
	check(ended: CommandResult): Promise<void>;
	/** Takes away what was made for this attempt alone. */
	dispose?(): Promise<void>;
}

export interface Scenario {
	readonly name: string;
	/** Its calls are those of another scenario, for the most part: the short run tries every fourth, and of the others every other one. */
	readonly sparse?: true;
	/** Brings about what the command needs, and says what to type. */
	prepare(lane: Lane, stack: Stack): Promise<Attempt>;
}

export const BASELINE = ['pulse-env', 'pulse-janitor', 'pulse-redis', 'pulse-router'];

export function done(result: CommandResult): CommandResult {
	if (result.code === 0) return result;
	throw new Error(`it ended with ${result.signal ?? result.code}: ${result.stderr}${result.stdout}`);
}

export function inStack({ projectId, environmentId }: Stack): Record<string, string> {
	return { RAILWAY_PROJECT_ID: projectId, RAILWAY_ENVIRONMENT_ID: environmentId };
}

export function deployArguments(mode: 'source' | 'image', ...more: string[]): string[] {
	const image = ['--image-repository', 'registry.test/shop/pulse-railway-router'];
	return ['deploy', mode === 'source' ? 'app.ts' : 'image.ts', ...(mode === 'image' ? image : []), ...more];
}

/** Waits until the routers say that no visitor is there any more, which they do every 15 s where nothing else happens. */
export async function idle({ store }: Stack, id: string): Promise<void> {
	const unused = async () => {
		const use = (await store.activity()).deployments.get(id);
		return use === undefined || use.inFlight + use.sockets === 0;
	};
	await until(`${id} to be idle`, unused, 30_000);
}

/** Deploys, and returns the id. */
export async function deployed(lane: Lane, stack: Stack): Promise<string> {
	const { stdout } = done(await lane.run(deployArguments('source'), inStack(stack)));
	return JSON.parse(stdout).deployment_id;
}
