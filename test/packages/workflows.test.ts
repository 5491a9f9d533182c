import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { containerSettings } from '../../packages/pulse-aws/src/config/container.ts';
import { initConfig } from '../../packages/pulse-railway/src/config/init.ts';
import { ROOT } from '../repository/source-files.ts';

const FOLDER = join(ROOT, '.github/workflows');
const workflow = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

describe.each(readdirSync(FOLDER))('the workflow %s', (name) => {
	const text = workflow(name);

	it('runs other people’s actions at one commit, not at a tag that they can move', () => {
		const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
		expect(used.filter((action) => !/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40}$)/.test(action ?? ''))).toEqual([]);
	});

	it('may only read unless a job says more, and leaves no token in the checkout', () => {
		expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
		expect(text).not.toMatch(/contents: write/);
		expect(text.match(/persist-credentials: false/g)?.length).toBe(text.match(/actions\/checkout@/g)?.length);
	});
});

describe('a release', () => {
	const text = workflow('release.yml');

	it('pushes the images that the commands of that version use', () => {
		const { routerImage, janitorImage } = initConfig({ flags: {}, args: [], env: {} }, '/app.ts', {});
		const repository = /IMAGE: (\S+)\$\{\{ matrix\.name \}\}/.exec(text)?.[1];
		const images = [...text.matchAll(/\{ image: (\w+), name: (\S+), command: (\S+), platforms: (.*) \}/g)];
		expect(images.map(([, , name]) => `${repository}${name}`)).toEqual(
			[routerImage, janitorImage, containerSettings.sidecarImage.default].map((image) => image.replace(/:[^:]*$/, '')),
		);
		for (const [, image, , command, platforms = ''] of images) {
			const [started] = /^CMD \["([^"]+)"/m
				.exec(readFileSync(join(ROOT, `docker/${image}.Dockerfile`), 'utf8'))!
				.slice(1);
			expect(command).toBe(started);
			// Tasks on AWS run on either.
			expect(platforms.includes('linux/arm64')).toBe(image === 'sidecar');
		}
	});

	it('publishes every package after those that it depends on, when images and tests are done', () => {
		const order = /for folder in (.*); do/.exec(text)?.[1]?.split(' ') ?? [];
		const manifestOf = (folder: string) =>
			JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
		const publishable = readdirSync(join(ROOT, 'packages')).filter((folder) => !manifestOf(folder).private);
		expect([...order].sort()).toEqual(publishable.sort());
		const published = new Set<string>();
		for (const folder of order) {
			const manifest = manifestOf(folder);
			const siblings = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) =>
				name.startsWith('pulse-'),
			);
			expect(
				siblings.filter((name) => !published.has(name)),
				folder,
			).toEqual([]);
			published.add(manifest.name);
		}
		expect([...text.matchAll(/needs: (\w+)/g)].map(([, job]) => job)).toEqual(['version', 'test', 'images']);
	});
});
