import { keyOf, type SettingTable } from './settings.ts';

/** A JSON schema of one value. */
export type ValueSchema = Readonly<Record<string, unknown>>;

/** Of functions that say what they take in `pulse.toml`; the others take text. */
const SCHEMAS = new WeakMap<object, ValueSchema>();

/** Says what `parse` takes, as editors and validators know it. */
export function inFile<T>(schema: ValueSchema, parse: (raw: unknown) => T): (raw: unknown) => T {
	SCHEMAS.set(parse, schema);
	return parse;
}

/**
 * The JSON schema of `pulse.toml`, from the settings that the tools read there. Of a key that several know the first one counts.
 * `npm run docs` writes it; no command needs it.
 * @public
 */
export function projectSchema(tables: readonly SettingTable[]): object {
	const settings = tables.flatMap((table) => Object.values(table));
	const properties = new Map<string, object>();
	for (const setting of settings) {
		const key = keyOf(setting);
		if (key === undefined || properties.has(key)) continue;
		const { describe, defaultText, default: usual } = setting;
		const isPlain = ['string', 'number', 'boolean'].includes(typeof usual) && defaultText === undefined;
		properties.set(key, {
			description: defaultText === undefined ? describe : `${describe} (default: ${defaultText})`,
			...(SCHEMAS.get(setting.parse) ?? { type: 'string' }),
			...(isPlain ? { default: usual } : {}),
		});
	}
	return {
		$schema: 'http://json-schema.org/draft-07/schema#',
		title: 'pulse.toml',
		description: 'What pulse-railway and pulse-aws are told of an app, beside it.',
		type: 'object',
		additionalProperties: false,
		properties: Object.fromEntries([...properties].sort(([a], [b]) => (a < b ? -1 : 1))),
	};
}
