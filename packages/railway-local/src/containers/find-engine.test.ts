import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/harness.ts';
import { findEngine } from './find-engine.ts';

/** A folder of commands that answer as an engine's does; it is the whole PATH but for the shell. */
async function commands(scripts: Readonly<Record<string, string>>): Promise<string> {
	const dir = await temporaryFolder();
	for (const [name, lines] of Object.entries(scripts)) {
		await writeFile(join(dir, name), `#!/bin/sh\n${lines}\n`);
		await chmod(join(dir, name), 0o755);
	}
	return dir;
}

const docker = (host: string, version: string) =>
	`case "$1" in context) echo ${host};; version) ${version};; *) exit 1;; esac`;

test('without an engine one line says what was looked for', async () => {
	const refusal = { code: 'local-no-engine', next: expect.stringContaining('leave out --containers') };
	await expect(findEngine({ PATH: await temporaryFolder() })).rejects.toMatchObject({
		...refusal,
		message: 'No container engine answers: docker is not on the PATH; podman is not on the PATH.',
	});
	const silent = 'echo "Cannot connect to the Docker daemon at unix:///nowhere." >&2; echo; exit 1';
	const PATH = await commands({ docker: docker('unix:///nowhere', silent) });
	await expect(findEngine({ PATH })).rejects.toMatchObject({
		...refusal,
		message: `No container engine answers: docker (${PATH}/docker) says: Cannot connect to the Docker daemon at unix:///nowhere.; podman is not on the PATH.`,
	});
});

test('an engine on another machine is none: its ports are not here', async () => {
	for (const host of ['tcp://10.1.2.3:2375', 'ssh://ops@build.example.com']) {
		const PATH = await commands({ docker: docker(host, 'echo 28.2.2') });
		await expect(findEngine({ PATH })).rejects.toMatchObject({ message: expect.stringContaining(`(${host})`) });
	}
	for (const host of ['unix:///run/user/1000/docker.sock', 'tcp://localhost:2375', 'npipe:////./pipe/docker']) {
		const PATH = await commands({ docker: docker(host, 'echo 28.2.2') });
		expect(await findEngine({ PATH })).toEqual({ program: join(PATH, 'docker'), text: 'docker 28.2.2' });
	}
});

test('Docker goes first, unless CONTAINER_HOST alone says otherwise; what does not answer is passed over', async () => {
	const both = await commands({ docker: docker('unix:///d', 'echo 28.2.2'), podman: 'echo 5.4.0' });
	expect((await findEngine({ PATH: both })).text).toBe('docker 28.2.2');
	const env = { PATH: both, CONTAINER_HOST: 'unix:///run/podman.sock' };
	expect((await findEngine(env)).text).toBe('podman 5.4.0');
	expect((await findEngine({ ...env, DOCKER_HOST: 'unix:///d' })).text).toBe('docker 28.2.2');
	const podman = await commands({ docker: docker('unix:///d', 'exit 1'), podman: 'echo 5.4.0' });
	expect((await findEngine({ PATH: podman })).text).toBe('podman 5.4.0');
});
