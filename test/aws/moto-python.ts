import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '5.2.1';
const ENVIRONMENT = fileURLToPath(new URL('../../.venv-moto', import.meta.url));
const PRIVATE_PYTHON = join(ENVIRONMENT, 'bin/python');
const INSTALL_WITHIN_MS = 180_000;

/** A Python that has moto: the machine's, else one in a private virtual environment, which is made when it is missing. */
export async function motoPython(): Promise<{ readonly path: string } | { readonly missing: string }> {
	for (const path of ['python3', PRIVATE_PYTHON]) if (await hasMoto(path)) return { path };
	const unlock = await lock(`${ENVIRONMENT}.lock`);
	try {
		// Another test file may have installed it while this one waited.
		if (await hasMoto(PRIVATE_PYTHON)) return { path: PRIVATE_PYTHON };
		await run('python3', ['-m', 'venv', '--clear', ENVIRONMENT], { timeout: INSTALL_WITHIN_MS });
		const packages = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `moto[server]==${VERSION}`];
		await run(PRIVATE_PYTHON, packages, { timeout: INSTALL_WITHIN_MS });
		return { path: PRIVATE_PYTHON };
	} catch (error) {
		return { missing: `moto ${VERSION} is not here and cannot be installed: ${String(error).split('\n')[0]}` };
	} finally {
		await unlock();
	}
}

async function hasMoto(python: string): Promise<boolean> {
	try {
		const { stdout } = await run(python, ['-c', 'import moto, moto.server; print(moto.__version__)']);
		return stdout.trim() === VERSION;
	} catch {
		return false;
	}
}

/** A folder that only one process can make; one whose maker is dead is taken over. */
async function lock(folder: string): Promise<() => Promise<void>> {
	const owner = join(folder, 'pid');
	for (;;) {
		try {
			await mkdir(folder);
			await writeFile(owner, String(process.pid));
			return () => rm(folder, { recursive: true, force: true });
		} catch {
			await delay(200);
			await access(folder).catch(() => {});
			const pid = Number(await readFile(owner, 'utf8').catch(() => ''));
			if (pid > 0 && !isAlive(pid)) await rm(folder, { recursive: true, force: true });
		}
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
