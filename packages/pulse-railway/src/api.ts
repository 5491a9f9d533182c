import { type CamelCased, camelCased } from 'pulse-deploy-kit/camel-cased';
import type { widenSettings } from 'pulse-deploy-kit/canary/settings';
import type { Invocation } from 'pulse-deploy-kit/command';
import { agreeing, type Host, silentHost } from 'pulse-deploy-kit/host';
import type { drainBySettings, recallSettings } from 'pulse-deploy-kit/leave-settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import type { Outcome } from './commands/carry-out.ts';
import { enter } from './commands/enter.ts';
import type { InitResult } from './commands/init-result.ts';
import type { UpgradeResult } from './commands/upgrade-result.ts';
import type { deploySettings } from './config/deploy-settings.ts';
import type { doctorSettings } from './config/doctor.ts';
import type { initSettings } from './config/init.ts';
import { janitorConfig, type janitorSettings } from './config/janitor.ts';
import type { lockSettings } from './config/lock.ts';
import { processEnvironment } from './config/process-env.ts';
import { serviceTarget, type serviceTargetSettings } from './config/service-target.ts';
import type { upgradeSettings } from './config/upgrade.ts';

/** Settings by their camelCase names, as the command's flags; what is not given comes from `env`, plugin or default. */
export type OptionsOf<Table extends SettingTable> = {
	readonly [Key in keyof Table]?: Given<ReturnType<Table[Key]['parse']>>;
};

/** What a setting of that type is given as: itself, or as it would be typed. */
type Given<T> = T extends boolean
	? boolean | string
	: T extends number
		? number | string
		: T extends readonly unknown[]
			? readonly string[] | string
			: T extends string
				? T
				: string;

/** What every function takes beside its own options. */
export interface ApiContext {
	/** Default: the environment of this process. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Where relative paths start. Default: the working directory. */
	readonly cwd?: string;
	/** Hears of progress and answers questions. Default: silent, answering with each question's default. */
	readonly host?: Host;
	readonly signal?: AbortSignal;
}

/** Which stack a function is about. */
export type StackOptions = OptionsOf<typeof serviceTargetSettings>;

type LeaveOptions<Table extends SettingTable> = Deployment & OptionsOf<Table>;

const leaving = () => Promise.all([import('./commands/leave.ts'), import('./config/leave.ts')]);

/** Which deployment of the stack. */
type Deployment = StackOptions & { readonly deploymentId: string };

/** `pulse-railway init`. Rejects with a `DeployToolError`. */
export async function init(options: OptionsOf<typeof initSettings>, context?: ApiContext) {
	const { init, initRequest } = await import('./commands/init.ts');
	return result(await enter(invocation(options, context), initRequest, init));
}

/** `pulse-railway upgrade`: router and janitor of this version, their settings kept but for those that are given. */
export async function upgrade(options: OptionsOf<typeof upgradeSettings>, context?: ApiContext) {
	const { upgrade, upgradeRequest } = await import('./commands/upgrade.ts');
	return result(await enter(invocation(options, context), upgradeRequest, upgrade));
}

/** `pulse-railway ensure`: {@link init} where there is nothing, else {@link upgrade}. */
export async function ensure(options: OptionsOf<typeof initSettings>, context?: ApiContext) {
	const { ensure, ensureRequest } = await import('./commands/ensure.ts');
	const outcome: Outcome<InitResult | UpgradeResult> = await enter(invocation(options, context), ensureRequest, ensure);
	return result(outcome);
}

/**
 * `pulse-railway deploy`. Rejects with a `DeployToolError`; before the commit point everything is undone.
 *
 * @example
 * const { deploymentId } = await deploy({ appFile: 'app.ts', env: ['LOG_LEVEL=info'] });
 *
 * @example A canary: `await deploy({ appFile: 'app.ts', canary: '5%,25%,100%', every: '10m' });`
 *
 * @example A preview: `const { preview } = await deploy({ appFile: 'app.ts', preview: 'pr-12' });`
 *
 * @example A container app: whatever the Dockerfile of `context` starts. `port` is found where it is left out, `affinity` is
 * `tab` by default, `healthPath` (`/`) must answer 200, `startCommand` replaces the Dockerfile's own.
 * await deploy({ container: true, context: 'shop', port: 8501, affinity: 'session', healthPath: '/well' });
 */
export async function deploy(options: OptionsOf<typeof deploySettings>, context?: ApiContext) {
	const [{ deploy }, { deployRequest }] = await Promise.all([
		import('./commands/deploy.ts'),
		import('./commands/deploy-request.ts'),
	]);
	return result(await enter(invocation(options, context), deployRequest, deploy));
}

/** `pulse-railway status`: all deployments, who is on them, and what the janitor will do next. */
export async function status(options: StackOptions, context?: ApiContext) {
	const { status } = await import('./commands/status.ts');
	return camelCased(await enter(invocation(options, context), serviceTarget, status));
}

/** `pulse-railway doctor`: what would break a deploy, and what to do; changes nothing. `ok` is false where the command ends with 1. */
export async function doctor(options: OptionsOf<typeof doctorSettings>, context?: ApiContext) {
	const [{ doctor }, { doctorRequest }] = await Promise.all([
		import('./commands/doctor.ts'),
		import('./config/doctor.ts'),
	]);
	return camelCased(await enter(invocation(options, context), doctorRequest, doctor));
}

/** `pulse-railway logs`, but for `--follow`: what a deployment has written, the active one without an id. */
export async function logs(
	options: StackOptions & {
		readonly deploymentId?: string;
		/** `30m`, or a time such as `2026-04-02T12:00:00Z`. */
		readonly since?: string;
		/** At most, the newest. Default 100; with `since` 5,000. */
		readonly lines?: number;
		/** The router's log instead. Default false. */
		readonly router?: boolean;
	},
	context?: ApiContext,
) {
	const { logs, logsRequest } = await import('./commands/logs.ts');
	return camelCased(await enter(invocation({ ...options, follow: false }, context), logsRequest, logs));
}

/** `pulse-railway history`: what has happened to deployments, newest first. */
export async function history(
	options: StackOptions & {
		/** Default: of all. */
		readonly deploymentId?: string;
		/** Default 20, at most 300. */
		readonly lines?: number;
	},
	context?: ApiContext,
) {
	const { history, historyRequest } = await import('./commands/history.ts');
	return camelCased(await enter(invocation(options, context), historyRequest, history));
}

/** `pulse-railway lock`: which command holds the deploy lock, and since when; with `break` it is taken from it. */
export async function lock(options: OptionsOf<typeof lockSettings>, context?: ApiContext) {
	const { lock, lockRequest } = await import('./commands/lock.ts');
	return camelCased(await enter(agreed(options, context), lockRequest, lock));
}

/** `pulse-railway rollback`; without an id to the deployment that was active before, and while a canary runs that is ended. */
export async function rollback(
	options: StackOptions & {
		readonly deploymentId?: string;
		/** Starts it again where it does not run any more. Default false. */
		readonly redeploy?: boolean;
	},
	context?: ApiContext,
) {
	const { rollback, rollbackRequest } = await import('./commands/rollback.ts');
	return result(await enter(invocation(options, context), rollbackRequest, rollback));
}

/**
 * `pulse-railway promote`: new visitors get a deployment that is running; with `to` a share of them, of a canary.
 *
 * @example
 * await promote({ deploymentId: 'prod-260402-120000', to: '25%,100%', every: '10m' });
 */
export async function promote(options: Deployment & OptionsOf<typeof widenSettings>, context?: ApiContext) {
	const { promote, promoteRequest } = await import('./commands/promote.ts');
	return result(await enter(invocation(options, context), promoteRequest, promote));
}

/**
 * `pulse-railway recall`: gets everybody off a bad deployment, `within` a time (default `10m`), `now`, or not after all
 * (`cancel`). The active one is rolled back first. Rejects with a `DeployToolError`, e.g. where there is nothing to go back to.
 *
 * @example
 * const { leaveBy, left } = await recall({ deploymentId: 'prod-260402-120000', within: '2m' });
 */
export async function recall(options: LeaveOptions<typeof recallSettings>, context?: ApiContext) {
	const [{ leave }, { recallRequest }] = await leaving();
	return result(await enter(agreed(options, context), recallRequest, leave));
}

/** `pulse-railway drain`: moves the pages that are left on an old deployment `by` a time (`18:00`, ISO 8601, `2h`), or not after all (`cancel`). Rejects for the active one. */
export async function drain(options: LeaveOptions<typeof drainBySettings>, context?: ApiContext) {
	const [{ leave }, { drainRequest }] = await leaving();
	return result(await enter(agreed(options, context), drainRequest, leave));
}

/** `pulse-railway redeploy`: starts a deployment anew, the active one without an id. Sessions in its memory end. */
export async function redeploy(options: StackOptions & { readonly deploymentId?: string }, context?: ApiContext) {
	const { redeploy, redeployRequest } = await import('./commands/redeploy.ts');
	return result(await enter(invocation(options, context), redeployRequest, redeploy));
}

/** `pulse-railway delete`. Rejects for the active deployment. */
export async function deleteDeployment(options: Deployment, context?: ApiContext) {
	const { deleteDeployment, deleteRequest } = await import('./commands/delete.ts');
	return result(await enter(agreed(options, context), deleteRequest, deleteDeployment));
}

/** `pulse-railway remove`: deletes the one deployment that was generated from a name. */
export async function remove(options: StackOptions & { readonly deploymentName: string }, context?: ApiContext) {
	const { deleteDeployment, removeRequest } = await import('./commands/delete.ts');
	return result(await enter(agreed(options, context), removeRequest, deleteDeployment));
}

/** `pulse-railway janitor run`, inside Railway: deletes drained deployments that are not used any more. */
export async function janitorRun(options: OptionsOf<typeof janitorSettings>, context?: ApiContext) {
	const { janitorRun } = await import('./commands/janitor-run.ts');
	const request = (typed: Invocation) => janitorConfig(typed.flags, typed.env);
	return camelCased(await enter(invocation(options, context), request, janitorRun));
}

/** The call itself is the agreement to what it deletes. */
function agreed(options: StackOptions, context: ApiContext | undefined): Invocation {
	const call = invocation(options, context);
	return { ...call, host: agreeing(call.host) };
}

/** A call as its command would be typed. */
export function invocation(flags: Readonly<Record<string, unknown>>, context: ApiContext = {}): Invocation {
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
