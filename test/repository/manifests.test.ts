import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

type Manifest = Readonly<Record<'name' | 'version', string>> &
	Readonly<
		Record<'dependencies' | 'devDependencies' | 'peerDependencies', Readonly<Record<string, string>> | undefined>
	>;

const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const manifests = readdirSync(join(ROOT, 'packages')).map((name): Manifest => json(`packages/${name}/package.json`));
const { packages: locked } = json('package-lock.json') as { packages: Readonly<Record<string, { version: string }>> };

test('clients of the AWS SDK have one version, and one copy in the lock file', () => {
	const given = manifests.flatMap(({ dependencies, devDependencies }) =>
		Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => name.startsWith('@aws-sdk/client-')),
	);
	const versions = new Set(given.map(([, version]) => version));
	expect([...versions]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
	const clients = Object.keys(locked).filter((path) => path.includes('node_modules/@aws-sdk/client-'));
	expect(clients.filter((path) => path.lastIndexOf('node_modules/') > 0)).toEqual([]);
	for (const [name, version] of given) expect(locked[`node_modules/${name}`]?.version, name).toBe(version);
});

const versionOf = (peer: string, major: string): string | undefined =>
	(locked[`test/support/${peer}-${parseInt(major, 10)}/node_modules/${peer}`] ?? locked[`node_modules/${peer}`])
		?.version;

test('an optional peer is tested here in the version that a user is told to install, in each major of several', () => {
	for (const { name, devDependencies, peerDependencies } of manifests) {
		for (const [peer, range] of Object.entries(peerDependencies ?? {})) {
			if (peer === 'pulse-app') continue;
			const majors = range.split(' || ').map((major) => major.replace(/^\^/, ''));
			if (majors.length === 1) expect(devDependencies?.[peer], `${name}: ${peer}`).toBe(majors[0]);
			// Of several majors a user has any version; the former ones are workspaces of their own.
			else
				expect(majors.map((major) => versionOf(peer, major)?.split('.', 1)[0])).toEqual(
					majors.map((m) => m.split('.', 1)[0]),
				);
		}
	}
});

test('the pages name the CDK in the versions that a deploy asks for', () => {
	const { peerDependencies } = manifests.find(({ name }) => name === 'pulse-aws') as Manifest;
	const names = ['@aws-cdk/toolkit-lib', 'aws-cdk-lib', 'constructs'];
	const line = `npm install --save-dev ${names.map((name) => `${name}@${peerDependencies?.[name]?.slice(1)}`).join(' ')}\n`;
	for (const page of ['docs/aws.md', 'packages/pulse-aws/README.md']) {
		expect(readFileSync(join(ROOT, page), 'utf8'), page).toContain(line);
	}
});
