import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { findFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';

const VENV = fileURLToPath(new URL('../../.venv-moto', import.meta.url));
const runs = (command: string, args: readonly string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const NEEDS = [
	{ name: 'redis-server', there: () => runs('redis-server', ['--version']), install: 'apt-get install redis-server' },
	{ name: 'Chromium', there: () => findChromium() !== null, install: 'apt-get install chromium' },
	{ name: 'Firefox', there: () => findFirefox() !== null, install: 'apt-get install firefox-esr' },
	{
		name: 'moto',
		there: () =>
			existsSync(VENV) || runs('python3', ['-c', 'import moto.server']) || runs('python3', ['-m', 'venv', '-h']),
		install: 'apt-get install python3-venv',
	},
];

/** Says in one line what the tests would like to have and where to get it; their own skips give the reason once more. */
export function setup(): void {
	const missing = NEEDS.filter((need) => !need.there()).map((need) => `${need.name} (${need.install})`);
	const line =
		missing.length === 0 ? 'redis-server, Chromium, Firefox and Python are here.' : `Not here: ${missing.join(', ')}.`;
	process.stdout.write(`${line}${missing.length === 0 ? '' : ' Their tests are skipped.'}\n`);
}
