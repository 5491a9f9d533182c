import type { Invocation } from 'pulse-deploy-kit/command';
import { type Host, silentHost } from 'pulse-deploy-kit/host';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import type { Outcome } from './commands/carry-out.ts';
import type { deploySettings } from './config/deploy.ts';
import type { initSettings } from './config/init.ts';
import { processEnvironment } from './config/process-env.ts';
import type { serviceTargetSettings } from './config/service-target.ts';

/** Settings by their camelCase names, as the command's flags; what is not given comes from `env`, plugin or default. */
export type OptionsOf<Table extends SettingTable> = {
	readonly [Key in keyof Table]?: string | number | boolean | readonly string[];
};

export interface ApiContext {
	/** Default: the environment of this process. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Where relative paths start. Default: the working directory. */
	readonly cwd?: string;
	/** Hears of progress and answers questions. Default: silent, answering with each question's default. */
	readonly host?: Host;
	readonly signal?: AbortSignal;
}

/** The keys that scripts read in snake_case, in camelCase. */
export type CamelCased<T> = T extends readonly (infer Item)[]
	? readonly CamelCased<Item>[]
	: T extends object
		? { readonly [Key in keyof T as Camel<Key & string>]: CamelCased<T[Key]> }
		: T;
type Camel<Text extends string> = Text extends `${infer Head}_${infer Tail}`
	? `${Head}${Capitalize<Camel<Tail>>}`
	: Text;

type StackOptions = OptionsOf<typeof serviceTargetSettings>;

/** `pulse-railway init`. Rejects with a `DeployToolError`. */
export async function init(options: OptionsOf<typeof initSettings>, context?: ApiContext) {
	const { init } = await import('./commands/init.ts');
	return result(await init(invocation(options, context)));
}

/**
 * `pulse-railway deploy`. Rejects with a `DeployToolError`; before the commit point everything is undone.
 *
 * @example
 * const { deploymentId } = await deploy({ appFile: 'app.ts', env: ['LOG_LEVEL=info'] });
 */
export async function deploy(options: OptionsOf<typeof deploySettings>, context?: ApiContext) {
	const { deploy } = await import('./commands/deploy.ts');
	return result(await deploy(invocation(options, context)));
}

/** `pulse-railway rollback`; without an id to the deployment that was active before. */
export async function rollback(options: StackOptions & { readonly deploymentId?: string }, context?: ApiContext) {
	const { promote } = await import('./commands/promote.ts');
	return result(await promote(invocation(options, context), 'rollback', options.deploymentId));
}

/** `pulse-railway delete`. Rejects for the active deployment. */
export async function deleteDeployment(
	options: StackOptions & { readonly deploymentId: string },
	context?: ApiContext,
) {
	const { deleteDeployment } = await import('./commands/delete.ts');
	const call = invocation(options, context);
	// Whoever calls this function has agreed.
	const host = { ...call.host, ask: async () => true };
	return result(await deleteDeployment({ ...call, host }, { id: options.deploymentId }));
}

/** `pulse-railway status`. */
export async function status(options: StackOptions, context?: ApiContext) {
	const { status } = await import('./commands/status.ts');
	return camelCased(await status(invocation(options, context)));
}

function invocation(flags: Readonly<Record<string, unknown>>, context: ApiContext = {}): Invocation {
	return {
		flags,
		args: [],
		env: context.env ?? processEnvironment(),
		cwd: context.cwd ?? process.cwd(),
		host: context.host ?? silentHost,
		signal: context.signal ?? new AbortController().signal,
		dryRun: false,
		showSecrets: false,
		print: () => {},
		terminal: false,
		json: true,
	};
}

function result<T>(outcome: Outcome<T>): CamelCased<T> {
	if (outcome.result === null) throw new Error('only a dry run has no result');
	return camelCased(outcome.result);
}

function camelCased<T>(value: T): CamelCased<T> {
	if (Array.isArray(value)) return value.map(camelCased) as CamelCased<T>;
	if (value === null || typeof value !== 'object') return value as CamelCased<T>;
	return Object.fromEntries(
		Object.entries(value).map(([key, part]) => [
			key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
			camelCased(part),
		]),
	) as CamelCased<T>;
}
