import { DeployToolError, usageError } from './errors.ts';
import type { ProjectFile } from './project-file.ts';

/**
 * One setting of a command: its flag, variable, plugin option and default in one place, so that parsing, precedence
 * and `--help` cannot disagree.
 */
export interface Setting<T> {
	/** As commander writes it: `--name <value>`, `--flag`. Absent: no flag. */
	readonly flag?: string;
	/** Another flag for the same value, by which scripts know it. */
	readonly alias?: string;
	/** The flag may be given several times; `parse` gets the list. */
	readonly repeatable?: boolean;
	readonly describe: string;
	/** Environment variables, first non-empty wins. */
	readonly env?: readonly string[];
	/** Key in the project file. Default: the plugin option's name in snake_case. */
	readonly key?: string;
	/** Option of the app's plugin. */
	readonly plugin?: string;
	/** The plugin's option wins over the environment. Default false. */
	readonly pluginFirst?: boolean;
	readonly default?: T;
	/** Shown in `--help` where the default is not one literal value. */
	readonly defaultText?: string;
	/** Throws with what is wrong, without naming the origin: `must be an integer`. */
	parse(raw: unknown): T;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of settings of different types
export type SettingTable = Readonly<Record<string, Setting<any>>>;

export type ValueOrigin =
	| { readonly from: 'flag' | 'env' | 'file' | 'plugin' | 'remembered'; readonly name: string }
	| { readonly from: 'default' };

export type Settings<Table extends SettingTable> = {
	readonly [Key in keyof Table]: Table[Key] extends { default: infer _ }
		? ReturnType<Table[Key]['parse']>
		: ReturnType<Table[Key]['parse']> | undefined;
};

export interface ResolvedSettings<Table extends SettingTable> {
	readonly values: Settings<Table>;
	/** Where each value came from; `undefined` where there is no value. */
	readonly origins: { readonly [Key in keyof Table]: ValueOrigin | undefined };
}

export interface SettingSources {
	/** By key of the table, as typed. */
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** What `pulse.toml` says. */
	readonly file?: ProjectFile | undefined;
	readonly plugin?: Readonly<Record<string, unknown>>;
	/** What a tool has written down beside the project file. */
	readonly memory?: RememberedValues | undefined;
}

/** By key of the table. */
export interface RememberedValues {
	/** The file, for messages. */
	readonly place: string;
	readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Flags > environment > project file > plugin > what is remembered > default. Blank text counts as absent; an unreadable value is an error that names where
 * it came from, never a silent default.
 */
export function resolveSettings<Table extends SettingTable>(
	table: Table,
	sources: SettingSources,
): ResolvedSettings<Table> {
	const values: Record<string, unknown> = {};
	const origins: Record<string, ValueOrigin | undefined> = {};
	for (const [key, setting] of Object.entries(table)) {
		const found = lookUp(key, setting, sources);
		values[key] = found === undefined ? setting.default : parseFrom(setting, found);
		origins[key] = found?.origin ?? (setting.default === undefined ? undefined : { from: 'default' });
	}
	return Object.freeze({ values: Object.freeze(values), origins: Object.freeze(origins) }) as ResolvedSettings<Table>;
}

/** `--backend-port`, `PULSE_RAILWAY_BACKEND_PORT` or `the plugin's backendPort`, for messages. */
export function originText(origin: ValueOrigin | undefined): string {
	if (origin === undefined) return 'nothing';
	if (origin.from === 'default') return 'the default';
	return origin.from === 'plugin' ? `the plugin's option ${origin.name}` : origin.name;
}

interface Found {
	readonly raw: unknown;
	readonly origin: Exclude<ValueOrigin, { from: 'default' }>;
}

function lookUp(key: string, setting: Setting<unknown>, sources: SettingSources): Found | undefined {
	const flag = sources.flags[key];
	if (!isBlank(flag)) return { raw: flag, origin: { from: 'flag', name: (setting.flag ?? key).split(' ')[0] ?? key } };
	const fromEnv = inEnvironment(setting, sources);
	const fromPlugin = inPlugin(setting, sources);
	if (setting.pluginFirst === true && fromPlugin !== undefined) return fromPlugin;
	return fromEnv ?? inFile(setting, sources) ?? fromPlugin ?? inMemory(key, sources);
}

/** The setting's key in the project file; `undefined` for one that is not read from there. */
export function keyOf({ key, plugin }: Pick<Setting<unknown>, 'key' | 'plugin'>): string | undefined {
	return key ?? plugin?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function inFile(setting: Setting<unknown>, { file }: SettingSources): Found | undefined {
	const key = keyOf(setting);
	const entry = key === undefined ? undefined : file?.entries.get(key);
	if (entry === undefined || isBlank(entry.raw)) return undefined;
	return { raw: entry.raw, origin: { from: 'file', name: `${entry.place} (${key})` } };
}

function inEnvironment(setting: Setting<unknown>, sources: SettingSources): Found | undefined {
	const name = setting.env?.find((candidate) => !isBlank(sources.env[candidate]));
	return name === undefined ? undefined : { raw: sources.env[name], origin: { from: 'env', name } };
}

function inPlugin(setting: Setting<unknown>, sources: SettingSources): Found | undefined {
	const name = setting.plugin;
	if (name === undefined || isBlank(sources.plugin?.[name])) return undefined;
	return { raw: sources.plugin?.[name], origin: { from: 'plugin', name } };
}

function inMemory(key: string, { memory }: SettingSources): Found | undefined {
	const raw = memory?.values[key];
	if (memory === undefined || isBlank(raw)) return undefined;
	return { raw, origin: { from: 'remembered', name: memory.place } };
}

function isBlank(raw: unknown): boolean {
	return raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '');
}

function parseFrom(setting: Setting<unknown>, found: Found): unknown {
	try {
		return setting.parse(typeof found.raw === 'string' ? found.raw.trim() : found.raw);
	} catch (cause) {
		if (cause instanceof DeployToolError && cause.code !== 'usage') throw cause;
		throw usageError(`${originText(found.origin)}: ${cause instanceof Error ? cause.message : String(cause)}`);
	}
}
