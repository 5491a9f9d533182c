import { expect, test } from 'vitest';
import { configReport, renderConfig } from './config-report.ts';
import { notifySettings } from './notify/settings.ts';
import { duration, flag, integer, list, secret } from './setting-kinds.ts';
import { resolveSettings } from './settings.ts';

const TABLE = {
	...notifySettings('PULSE_X'),
	port: { flag: '--port <n>', describe: 'port', default: 8000, parse: integer({ min: 1 }) },
	window: { flag: '--window <time>', describe: 'window', env: ['PULSE_X_WINDOW'], parse: duration },
	token: { flag: '--token <token>', describe: 'token', parse: secret },
	env: { flag: '--env <KEY=VALUE>', repeatable: true, describe: 'variable', parse: list },
	check: { flag: '--no-check', describe: 'no check', default: true, parse: flag },
	name: { plugin: 'name', describe: 'name', parse: String },
};

const report = configReport(
	TABLE,
	resolveSettings(TABLE, {
		flags: { token: 's3cret', env: ['KEY=s3cret=='], check: true },
		env: { PULSE_X_WINDOW: '2h', PULSE_X_NOTIFY_URL: 'https://hooks.example/s3cret' },
		file: { path: '', entries: new Map([['notify_kept', { raw: '1h', place: 'pulse.toml:3:1' }]]) },
		plugin: { name: 'shop' },
	}),
);

test('C1.21: each value is told with who says it, and no secret is shown', () => {
	const said = Object.fromEntries(
		report.settings.map(({ name, value, from, origin }) => [name, [value, from, origin]]),
	);
	expect(said).toMatchObject({
		port: [8000, 'default', 'default'],
		window: [7200, 'env', 'PULSE_X_WINDOW'],
		token: ['[hidden]', 'flag', '--token'],
		env: [['KEY=[hidden]'], 'flag', '--env'],
		check: [true, 'default', 'default'],
		name: ['shop', 'plugin', "the plugin's option name"],
		notify: ['https://hooks.example/[hidden]', 'env', 'PULSE_X_NOTIFY_URL'],
		'notify-kept': [3600, 'file', 'pulse.toml:3:1 (notify_kept)'],
	});
	expect(said.PULSE_X_NOTIFY_SECRET).toEqual([null, null, null]);
	expect(JSON.stringify(report) + renderConfig(report, null)).not.toContain('s3cret');
	expect(renderConfig(report, null)).toContain('port         8000  (default)');
});
