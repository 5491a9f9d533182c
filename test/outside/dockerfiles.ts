/**
 * What the local platform reads of a Dockerfile, against BuildKit's own converter. Needs `go` and its module proxy.
 * `jiti test/outside/dockerfiles.ts [folder with Dockerfiles]... [--random N]`; without arguments 2,000 made-up ones.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStages } from '../../packages/deploy-kit/src/dockerfile/stages.ts';
import { randomDockerfiles } from './random-dockerfiles.ts';

interface Case {
	readonly name: string;
	readonly text: string;
	readonly args: Record<string, string>;
}

interface Verdict {
	readonly error?: string;
	readonly env: string[];
	readonly cmd: string[] | null;
	readonly entrypoint: string[] | null;
	readonly workingDir: string;
}

if (spawnSync('go', ['version']).status !== 0) {
	process.stdout.write('Skipped: there is no go on this machine.\n');
	process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'buildkit-judge-'));
try {
	const judge = join(folder, 'judge');
	execFileSync('go', ['build', '-o', judge, '.'], {
		cwd: fileURLToPath(new URL('./buildkit/', import.meta.url)),
		stdio: 'inherit',
	});
	const cases = chosen(process.argv.slice(2));
	const output = execFileSync(judge, { input: JSON.stringify(cases), maxBuffer: 2 ** 30, encoding: 'utf8' });
	report(cases, JSON.parse(output) as Verdict[]);
} finally {
	rmSync(folder, { recursive: true, force: true });
}

function chosen(args: readonly string[]): Case[] {
	const at = args.indexOf('--random');
	const folders = at < 0 ? args : args.slice(0, at);
	const count = at < 0 ? (folders.length === 0 ? 2_000 : 0) : Number(args[at + 1]);
	const found = folders.flatMap((root) =>
		readdirSync(root, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && /(^|\.)dockerfile(\.[\w-]+)?$/i.test(entry.name))
			.map((entry) => join(entry.parentPath, entry.name)),
	);
	const real = found.map((name) => ({ name, text: readFileSync(name, 'utf8'), args: {} }));
	return [...real, ...randomDockerfiles(count)];
}

function report(cases: readonly Case[], verdicts: readonly Verdict[]): void {
	const count = { cases: cases.length, same: 0, different: 0, refusedByBoth: 0, refusedByUs: 0, refusedByBuildKit: 0 };
	cases.forEach((entry, i) => {
		const verdict = verdicts[i]!;
		const want = verdict.error === undefined ? text(verdict) : null;
		const got = ours(entry);
		if (want === null && got === null) count.refusedByBoth++;
		else if (want === null) count.refusedByBuildKit++;
		else if (want === got) count.same++;
		else {
			count[got === null ? 'refusedByUs' : 'different']++;
			process.stdout.write(`${entry.name}\n${JSON.stringify(entry.text)}\n  BuildKit ${want}\n  ours     ${got}\n`);
		}
	});
	// BuildKit also refuses names that no image can have, and faults in stages that nothing needs.
	process.stdout.write(`${JSON.stringify(count)}\n`);
	process.exitCode = count.different + count.refusedByUs > 0 ? 1 : 0;
}

function ours({ text: source, args }: Case): string | null {
	try {
		const last = readStages(source, args).at(-1)!;
		const env = [...last.env].map(([name, value]) => `${name}=${value}`);
		return text({
			env,
			cmd: [...(last.cmd ?? [])],
			entrypoint: [...(last.entrypoint ?? [])],
			workingDir: last.workdir,
		});
	} catch {
		return null;
	}
}

function text({ env, cmd, entrypoint, workingDir }: Verdict): string {
	return JSON.stringify([env, cmd ?? [], entrypoint ?? [], (workingDir || '/').replace(/(.)\/$/, '$1')]);
}
