import { basename, extname } from 'node:path';
import { usageError } from 'pulse-deploy-kit/errors';
import type { ProjectFile } from 'pulse-deploy-kit/project-file';
import { usualRollbackWindow } from 'pulse-deploy-kit/rollback-window';
import type { Secret } from 'pulse-deploy-kit/secret';
import { integer, secret, text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Setting, type SettingTable } from 'pulse-deploy-kit/settings';
import { DEFAULT_BACKEND_PORT, DEFAULT_REDIS_PREFIX, MAX_REPLICAS } from '../protocol.ts';
import type { StackNames } from '../stack/names.ts';
import { containerSetting } from './container.ts';
import { drainSettings } from './drain.ts';
import { type NotifyConfig, notifyingSettings } from './notify.ts';
import { stackNamesOf, stackSettings } from './stack.ts';
import { type TargetRequest, targetRequest, targetSettings } from './target.ts';
import { VERSION } from './version.ts';

/** What the stable services run with; `upgrade` reconciles the same values (contract R5.1, R5.14–18). */
export const baselineSettings = {
	redisPrefix: {
		flag: '--redis-prefix <prefix>',
		describe: 'prefix of all keys in Redis',
		env: ['PULSE_RAILWAY_REDIS_PREFIX'],
		default: DEFAULT_REDIS_PREFIX,
		parse: (raw: unknown) => text(raw).replace(/:+$/, ''),
	},
	redisUrl: {
		flag: '--redis-url <url>',
		describe: 'an external Redis instead of a Redis service',
		parse: redisUrl,
	} as Setting<Secret>,
	routerImage: {
		flag: '--router-image <image>',
		describe: 'image of the router',
		env: ['PULSE_RAILWAY_ROUTER_IMAGE'],
		default: `ghcr.io/erwinkn/pulse-railway-router:${VERSION}`,
		parse: text,
	},
	janitorImage: {
		flag: '--janitor-image <image>',
		describe: 'image of the janitor',
		env: ['PULSE_RAILWAY_JANITOR_IMAGE'],
		default: `ghcr.io/erwinkn/pulse-railway-janitor:${VERSION}`,
		parse: text,
	},
	janitorCron: {
		flag: '--janitor-cron-schedule <cron>',
		describe: 'when the janitor runs, UTC; Railway runs it every 5 minutes at most',
		env: ['PULSE_RAILWAY_JANITOR_CRON_SCHEDULE'],
		default: '*/5 * * * *',
		parse: cron,
	},
	...drainSettings,
	...notifyingSettings,
	backendPort: {
		flag: '--backend-port <port>',
		describe: 'port that deployments listen on',
		env: ['PULSE_RAILWAY_BACKEND_PORT'],
		default: DEFAULT_BACKEND_PORT,
		parse: integer({ min: 1, max: 65_535 }),
	},
	routerReplicas: {
		flag: '--router-replicas <n>',
		describe: 'replicas of the router',
		env: ['PULSE_RAILWAY_ROUTER_REPLICAS'],
		default: 1,
		parse: integer({ min: 1, max: MAX_REPLICAS }),
	},
} satisfies SettingTable;

const appFile = {
	flag: '--app-file <path>',
	describe: 'file that creates the App',
	env: ['PULSE_RAILWAY_APP_FILE'],
	defaultText: 'main.py, app.ts or app.js',
	parse: text,
} satisfies Setting<string>;

export const initSettings = {
	appFile,
	container: containerSetting,
	...targetSettings,
	workspaceId: {
		flag: '--workspace-id <id>',
		describe: 'workspace of a new project, or that --project is looked for in',
		env: ['RAILWAY_WORKSPACE_ID'],
		parse: text,
	},
	workspace: { flag: '--workspace <name>', describe: 'the same workspace, by name', parse: text },
	projectName: {
		flag: '--project-name <name>',
		describe: 'name of a new project',
		defaultText: 'the app file without its ending; the folder of a container app',
		parse: text,
	},
	...stackSettings,
	...baselineSettings,
} satisfies SettingTable;

/** What the baseline is made of. */
export interface BaselineConfig extends NotifyConfig {
	readonly names: StackNames;
	readonly servicePrefix: string | undefined;
	readonly redisPrefix: string;
	/** `undefined` = a managed Redis service. */
	readonly redisUrl: Secret | undefined;
	readonly routerImage: string;
	readonly janitorImage: string;
	readonly janitorCron: string;
	readonly drainGraceSeconds: number;
	readonly maxDrainAgeSeconds: number;
	/** Seconds. */
	readonly rollbackWindow: number;
	readonly rollbackKeep: number;
	readonly redeployKeep: number;
	readonly backendPort: number;
	readonly routerReplicas: number;
}

export interface InitConfig extends BaselineConfig {
	readonly target: TargetRequest;
	readonly token: Secret | undefined;
	readonly workspaceId: string | undefined;
	readonly workspace: string | undefined;
	readonly projectName: string;
}

interface Typed {
	readonly file?: ProjectFile | undefined;
	readonly flags: Readonly<Record<string, unknown>>;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** The app file as given, needed before anything else. */
export function initAppFile({ flags, args, env }: Typed): string | undefined {
	if (args[0] !== undefined && flags.appFile !== undefined) {
		throw usageError('give the app file once: as argument or with --app-file');
	}
	return resolveSettings({ appFile }, { flags: { appFile: args[0] ?? flags.appFile }, env }).values.appFile;
}

export function initConfig(typed: Typed, appFilePath: string, plugin: Readonly<Record<string, unknown>>): InitConfig {
	const { values } = resolveSettings(initSettings, { ...typed, plugin });
	const target = targetRequest(values, typed.flags);
	const projectName = values.projectName ?? basename(appFilePath, extname(appFilePath));
	if (projectName.trim() === '') throw usageError('project name must not be blank', 'Give it with --project-name.');
	return Object.freeze({
		...baselineConfig(values),
		target,
		token: values.token,
		workspaceId: target.workspaceId,
		workspace: target.workspace,
		projectName,
	});
}

type BaselineValues = ReturnType<typeof resolveSettings<typeof baselineSettings & typeof stackSettings>>['values'];

export function baselineConfig(values: BaselineValues): BaselineConfig {
	const { redisPrefix, redisUrl: url, routerImage, janitorImage, janitorCron, servicePrefix } = values;
	const { drainGraceSeconds, maxDrainAgeSeconds, rollbackKeep, redeployKeep, backendPort, routerReplicas } = values;
	const { notify, notifySecret, notifyKept } = values;
	return {
		names: stackNamesOf(values),
		servicePrefix,
		redisPrefix,
		redisUrl: url,
		routerImage,
		janitorImage,
		janitorCron,
		drainGraceSeconds,
		maxDrainAgeSeconds,
		rollbackWindow: values.rollbackWindow ?? usualRollbackWindow(maxDrainAgeSeconds),
		rollbackKeep,
		notify,
		notifySecret,
		notifyKept,
		redeployKeep,
		backendPort,
		routerReplicas,
	};
}

function redisUrl(raw: unknown): Secret {
	// The text may hold a password, so the error shows its scheme at most.
	if (!/^(rediss?:\/\/|sqlite:)./.test(text(raw))) throw new Error('must be a redis:// or rediss:// URL');
	return secret(raw);
}

function cron(raw: unknown): string {
	const fields = text(raw).split(/\s+/);
	if (fields.length !== 5 || fields.some((field) => !/^[\d*/,A-Za-z-]+$/.test(field))) {
		throw new Error(`must be a crontab of 5 fields, got '${text(raw)}'`);
	}
	return fields.join(' ');
}
