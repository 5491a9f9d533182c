import { type Destination, shownDestination } from './notify/destination.ts';
import { printableLine } from './printable.ts';
import { Secret } from './secret.ts';
import {
	keyOf,
	originText,
	type ResolvedSettings,
	type Setting,
	type SettingTable,
	type ValueOrigin,
} from './settings.ts';

/** What `config` tells on both platforms. */
export interface ConfigReport {
	readonly settings: readonly ConfigLine[];
}

/** Keys as scripts read them. */
export interface ConfigLine {
	/** Its flag without dashes, else its key in `pulse.toml` or its variable. */
	readonly name: string;
	/** A secret is masked; `null`: there is none. */
	readonly value: unknown;
	/** `flag`, `env`, `file`, `plugin`, `remembered` or `default`; `null`: nothing says it, which the command that needs it then decides. */
	readonly from: string | null;
	/** The very flag, variable, place in `pulse.toml` or option of the plugin. */
	readonly origin: string | null;
}

/** Each setting with what it is and who says so. */
export function configReport<Table extends SettingTable>(
	table: Table,
	{ values, origins }: ResolvedSettings<Table>,
): ConfigReport {
	const settings = Object.entries(table).map(([key, setting]): ConfigLine => {
		const value = (values as Readonly<Record<string, unknown>>)[key];
		const origin = isUsual(setting, value, origins[key]) ? ({ from: 'default' } as const) : origins[key];
		const flag = setting.flag?.split(' ')[0]?.replace(/^--(no-)?/, '');
		return {
			name: flag ?? keyOf(setting) ?? setting.env?.[0] ?? key,
			value: value === undefined ? null : JSON.parse(JSON.stringify(shown(setting, value))),
			from: origin?.from ?? null,
			origin: origin === undefined ? null : origin.from === 'default' ? 'default' : originText(origin),
		};
	});
	return { settings: settings.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** For people: a line for each setting that has a value. @param remembered what `.pulse` says, as a sentence */
export function renderConfig({ settings }: ConfigReport, remembered: string | null): string {
	const said = settings.filter(({ from }) => from !== null);
	const width = Math.max(...said.map(({ name }) => name.length));
	const lines = said.map(({ name, value, origin }) => {
		const text = typeof value === 'string' ? value : JSON.stringify(value);
		return printableLine(`${name.padEnd(width)}  ${text}  (${origin})`);
	});
	return [...lines, ...(remembered === null ? [] : ['', printableLine(remembered)])].join('\n');
}

/** The parser of flags says `true` of a `--no-…` that was not typed. */
function isUsual({ flag, default: usual }: Setting<unknown>, value: unknown, origin: ValueOrigin | undefined): boolean {
	return origin?.from === 'flag' && flag?.startsWith('--no-') === true && value === usual;
}

/** Secrets mask themselves. Of what is given to an app the names are enough: any value may be one. */
function shown({ flag }: Setting<unknown>, value: unknown): unknown {
	if (isDestination(value)) return shownDestination(value);
	const isPairs = Array.isArray(value) && flag?.includes('KEY=VALUE') === true;
	return isPairs ? value.map((pair) => `${String(pair).split('=')[0]}=[hidden]`) : value;
}

function isDestination(value: unknown): value is Destination {
	return (
		typeof value === 'object' && value !== null && 'form' in value && 'url' in value && value.url instanceof Secret
	);
}
