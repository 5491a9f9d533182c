import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellQuote } from '../shell-quote.ts';

/** Folder with one small script a command: `<name>` runs `<script>` with this Node. */
export async function writeCommands(dir: string, commands: Readonly<Record<string, string>>): Promise<string> {
	await mkdir(dir, { recursive: true, mode: 0o700 });
	for (const [name, script] of Object.entries(commands)) {
		// From the user's package.json: a name is no path.
		if (!/^[\w@+-][\w.@+-]*$/.test(name)) continue;
		const path = join(dir, name);
		await writeFile(path, `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(script)} "$@"\n`);
		await chmod(path, 0o755);
	}
	return dir;
}

/**
 * Commands of the app's direct dependencies. npm leaves out the link of a workspace package that was not built when it
 * was installed, and a linked `node_modules` belongs to another project, so they are made beside the app.
 */
export async function dependencyCommands(root: string): Promise<Record<string, string>> {
	const manifest = await json(join(root, 'package.json'));
	const names = Object.keys((manifest?.dependencies as object | undefined) ?? {});
	const commands: Record<string, string> = {};
	for (const name of names) {
		const folder = join(root, 'node_modules', name);
		const bin = (await json(join(folder, 'package.json')))?.bin;
		if (typeof bin === 'string') commands[name.split('/').at(-1)!] = join(folder, bin);
		else for (const [command, path] of Object.entries(bin ?? {})) commands[command] = join(folder, String(path));
	}
	return commands;
}

async function json(path: string): Promise<Record<string, unknown> | null> {
	const text = await readFile(path, 'utf8').catch(() => null);
	return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
}
