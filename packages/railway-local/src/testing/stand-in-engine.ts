import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './harness.ts';

/**
 * Where no engine runs, what `docker` is to the platform: its command line, and containers that outlive that command. An image
 * is a copy of its context, a container a process in it, without a file system or a network of its own. What a real engine makes
 * of the same calls is seen by `test/outside/containers.ts`.
 */
export async function standInEngine(): Promise<{ readonly env: Record<string, string>; readonly state: string }> {
	const dir = await temporaryFolder();
	const state = join(dir, 'state');
	for (const name of ['images', 'containers']) await mkdir(join(state, name), { recursive: true });
	await writeFile(join(dir, 'docker'), `#!${process.execPath}\n${SCRIPT}`);
	await chmod(join(dir, 'docker'), 0o755);
	return { env: { PATH: `${dir}:${process.env.PATH}`, DOCKER_CONFIG: state }, state };
}

const SCRIPT = `
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const state = process.env.DOCKER_CONFIG;
const [verb, ...args] = process.argv.slice(2);
const ALONE = new Set(['--force', '--force-rm', '--rm', '--all', '--quiet', '--volumes', '--pull=never']);
const flags = {}, words = [];
for (let at = 0; at < args.length; at++) {
	if (words.length > 0 || !args[at].startsWith('--')) words.push(args[at]);
	else if (ALONE.has(args[at])) flags[args[at]] = true;
	else (flags[args[at]] ??= []).push(args[++at]);
}
const one = (flag) => flags[flag]?.[0];
const folder = (tag) => state + '/images/' + tag.replace(/[/:]/g, '_');
const record = (name) => state + '/containers/' + name;
const read = (path) => JSON.parse(fs.readFileSync(path, 'utf8'));
const labelled = (path) => !flags['--filter'] || read(path).label === one('--filter').replace('label=', '');
fs.appendFileSync(state + '/calls', JSON.stringify(process.argv.slice(2)) + '\\n');
if (verb === 'context') console.log('unix:///stand-in');
if (verb === 'version') console.log('0 (stand-in)');
if (verb === 'build') {
	const text = fs.readFileSync(one('--file'), 'utf8');
	console.log(text);
	if (/^RUN false$/m.test(text)) process.exit(1);
	const [tag, image] = [one('--tag'), folder(one('--tag'))];
	fs.cpSync(words[0], image, { recursive: true });
	const args = (flags['--build-arg'] ?? []).map((name) => [name, process.env[name]]);
	const cmd = JSON.parse(/^CMD (.*)$/m.exec(text)[1]);
	fs.writeFileSync(image + '.json', JSON.stringify({ tag, label: one('--label'), args, cmd }));
}
if (verb === 'run') {
	const [image, ...more] = words;
	const lines = fs.readFileSync(one('--env-file'), 'utf8').split('\\n').filter(Boolean);
	const env = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
	const [, host, app] = (one('--publish') ?? '').split(':');
	const start = one('--entrypoint') ? [one('--entrypoint'), ...more] : read(folder(image) + '.json').cmd;
	const child = spawn(start[0], start.slice(1), {
		cwd: folder(image), detached: true, stdio: ['ignore', 'inherit', 'inherit'],
		env: { PATH: process.env.PATH, ...env, APP_PORT: app, ...(host ? { PORT: host } : {}) },
	});
	fs.writeFileSync(record(one('--name')), JSON.stringify({ pid: child.pid, label: one('--label') }));
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	child.on('exit', (code) => {
		fs.rmSync(record(one('--name')), { force: true });
		process.exit(code ?? 137);
	});
}
if (verb === 'ps') for (const name of fs.readdirSync(state + '/containers')) if (labelled(record(name))) console.log(name);
if (verb === 'rm') {
	for (const name of words) {
		if (!fs.existsSync(record(name))) continue;
		try { process.kill(-read(record(name)).pid, 'SIGKILL'); } catch {}
		fs.rmSync(record(name), { force: true });
	}
}
const images = () => fs.readdirSync(state + '/images').filter((name) => name.endsWith('.json')).map((name) => state + '/images/' + name);
if (verb === 'images') for (const path of images()) if (labelled(path)) console.log(read(path).tag.split(':')[1], 'its-id');
if (verb === 'image') for (const path of images()) if (read(path).tag === words.at(-1)) {
	fs.rmSync(path);
	fs.rmSync(path.replace(/\\.json$/, ''), { recursive: true });
}
`;
