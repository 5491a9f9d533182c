import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';
import { flag, integer, list, secret, text } from './setting-kinds.ts';
import { originText, resolveSettings } from './settings.ts';

const table = {
	name: {
		flag: '--name <name>',
		describe: '',
		env: ['NAME', 'OLD_NAME'],
		plugin: 'name',
		default: 'prod',
		parse: text,
	},
	port: { flag: '--port <port>', describe: '', env: ['PORT'], default: 80, parse: integer({ min: 1, max: 99 }) },
	prefix: { describe: '', env: ['PREFIX'], plugin: 'prefix', pluginFirst: true, parse: text },
	token: { describe: '', env: ['TOKEN'], parse: secret },
};
const resolve = (sources: Partial<Parameters<typeof resolveSettings>[1]>) =>
	resolveSettings(table, { flags: {}, env: {}, ...sources });

describe('a setting', () => {
	it.each([
		['flag', { flags: { name: 'f' }, env: { NAME: 'e' }, plugin: { name: 'p' } }, 'f', '--name'],
		['environment', { env: { NAME: 'e' }, plugin: { name: 'p' } }, 'e', 'NAME'],
		['second variable', { env: { NAME: ' ', OLD_NAME: 'o' } }, 'o', 'OLD_NAME'],
		['plugin', { plugin: { name: 'p' } }, 'p', "the plugin's option name"],
		['default', {}, 'prod', 'the default'],
	])('comes from the %s when nothing stronger is given, and says so', (_from, sources, value, origin) => {
		const { values, origins } = resolve(sources);
		expect([values.name, originText(origins.name)]).toEqual([value, origin]);
	});

	it('may prefer the plugin over the environment', () => {
		expect(resolve({ env: { PREFIX: 'e' }, plugin: { prefix: 'p' } }).values.prefix).toBe('p');
		expect(resolve({ env: { PREFIX: 'e' }, plugin: { prefix: ' ' } }).values.prefix).toBe('e');
	});

	it.each([
		[{ flags: { port: 'x' } }, "--port: must be an integer, got 'x'"],
		[{ env: { PORT: '0' } }, 'PORT: must be >= 1, got 0'],
		[{ env: { PORT: '100' } }, 'PORT: must be <= 99, got 100'],
		[{ env: { PORT: '1e1' } }, "PORT: must be an integer, got '1e1'"],
		[{ plugin: { name: 7 } }, "the plugin's option name: must be text, got number"],
	])('that cannot be read is an error naming its origin: %o', (sources, message) => {
		expect(() => resolve(sources)).toThrow(message);
	});

	it('keeps a secret one', () => {
		const { values } = resolve({ env: { TOKEN: 'abc' } });
		expect(values.token).toBeInstanceOf(Secret);
		expect(JSON.stringify(values)).not.toContain('abc');
	});

	it('cannot be changed afterwards', () => {
		expect(Object.isFrozen(resolve({}).values)).toBe(true);
	});
});

it.each([
	['yes', true],
	['0', false],
	[true, true],
])('%s is a truth value', (raw, value) => expect(flag(raw)).toBe(value));

it('a word that is no truth value is refused', () => expect(() => flag('maybe')).toThrow('must be true or false'));
it('one of a repeatable flag is a list', () => expect(list('A=1')).toEqual(['A=1']));
