import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The app's own version of the tool, in its folder or above; else the one that was asked for, from the registry. */
export function commandOf(cwd, { tool, version }) {
	for (let folder = cwd; ; folder = dirname(folder)) {
		const own = join(folder, 'node_modules', '.bin', tool);
		if (existsSync(own)) return [own];
		if (dirname(folder) === folder) return ['npx', '--yes', `${tool}@${version}`];
	}
}

/**
 * Runs it to its end. Its progress goes to the log, in which no line of it is a command to the runner; its one JSON document is
 * the answer. A signal is passed on: what is undone then is the tool's to know.
 * @returns {Promise<{ code: number, json: unknown }>}
 */
export async function runTool(command, args, { cwd, env, log }) {
	const [program, ...first] = command;
	const pause = randomBytes(16).toString('hex');
	log(`::stop-commands::${pause}\n`);
	// The token of GitHub is none of its business.
	const { PULSE_ACTION_TOKEN: _, ...own } = env;
	const child = spawn(program, [...first, ...args], { cwd, env: own, stdio: ['ignore', 'pipe', 'pipe'] });
	let stdout = '';
	child.stdout.setEncoding('utf8').on('data', (text) => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', log);
	const pass = (signal) => child.kill(signal);
	process.on('SIGINT', pass).on('SIGTERM', pass);
	try {
		const code = await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (status) => resolve(status ?? 130));
		});
		return { code, json: parsed(stdout) };
	} finally {
		process.off('SIGINT', pass).off('SIGTERM', pass);
		log(`\n::${pause}::\n`);
	}
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
