import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { initConfig } from '../../packages/pulse-railway/src/config/init.ts';
import { janitorInstance, routerInstance } from '../../packages/pulse-railway/src/plan/baseline-service.ts';
import { ROOT } from '../repository/source-files.ts';

const config = initConfig({ flags: {}, args: [], env: {} }, '/app.ts', {});
/** Its start command, what its last stage copies, and how what is in it got there. */
const IMAGES = [
	[
		'router',
		routerInstance(config).startCommand,
		'/app/node_modules ./node_modules',
		'npm install --omit=dev --ignore-scripts',
	],
	[
		'janitor',
		janitorInstance(config).startCommand,
		'/app/node_modules ./node_modules',
		'npm install --omit=dev --ignore-scripts',
	],
	['sidecar', 'pulse-edge sidecar', '/app ./', 'tar -xzf /tarballs/pulse-aws-*.tgz'],
] as const;

/** `[instruction, arguments]` of each line, continued lines joined. */
function instructions(image: string): [string, string][] {
	const text = readFileSync(join(ROOT, 'docker', `${image}.Dockerfile`), 'utf8');
	return text
		.replaceAll(/^#.*\n/gm, '')
		.replaceAll('\\\n', ' ')
		.split('\n')
		.filter((line) => line.trim() !== '')
		.map((line) => {
			const [name = '', ...rest] = line.split(' ');
			return [name, rest.join(' ').trim()];
		});
}

describe.each(IMAGES)('the image of the %s', (image, startCommand, copied, installed) => {
	const all = instructions(image);
	const last = all.slice(all.findLastIndex(([name]) => name === 'FROM'));
	const values = (of: readonly [string, string][], name: string) =>
		of.filter(([found]) => found === name).map(([, value]) => value);

	it('starts what its platform starts, without a shell that would keep signals to itself', () => {
		expect(values(all, 'ENTRYPOINT')).toEqual([]);
		expect(values(last, 'CMD').map((command) => JSON.parse(command).join(' '))).toEqual([startCommand]);
	});

	it('is small: of a slim base of one Node version, without npm’s leavings', () => {
		for (const base of values(all, 'FROM'))
			expect(base).toMatch(/^(--platform=\$BUILDPLATFORM )?node:24-slim( AS install)?$/);
		expect(values(last, 'COPY')).toEqual([`--from=install ${copied}`]);
		expect(values(last, 'RUN')).toEqual([]);
	});

	it('runs in production, as nobody special, with no volume, which Railway refuses', () => {
		expect(values(last, 'USER')).toEqual(['1000:1000']);
		expect(values(last, 'ENV').join()).toContain('NODE_ENV=production');
		expect(values(all, 'VOLUME')).toEqual([]);
	});

	it('runs no install script and holds no secret', () => {
		for (const line of values(all, 'RUN')) expect(line.startsWith(installed)).toBe(true);
		for (const [, value] of all.filter(([name]) => /^(ARG|ENV)$/.test(name))) {
			expect(value).not.toMatch(/token|secret|password|key/i);
		}
	});

	it('says what it is', () => {
		const labels = values(last, 'LABEL').join();
		for (const name of ['title', 'description', 'licenses', 'version']) {
			expect(labels).toContain(`org.opencontainers.image.${name}=`);
		}
	});
});
