/**
 * Has taplo, a validator and language server of TOML that was not made here, judge files by docs/pulse.schema.json. It needs the
 * npm registry: `npx jiti test/outside/project-schema.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const schema = pathToFileURL(join(import.meta.dirname, '../../docs/pulse.schema.json')).href;
const folder = mkdtempSync(join(tmpdir(), 'pulse-taplo-'));
const CASES: readonly (readonly [string, boolean])[] = [
	['deployment_name = "prod"\nnotify = "off"\nnotify_kept = "2h"\nport = 3000\n', true],
	['deployment_nme = "prod"\n', false],
	['task_cpu = 512\ntask_memory = "1024"\n', true],
	['task_cpu = "half"\n', false],
	['task_memory = 0.5\n', false],
	['port = 70000\n', false],
	['affinity = "page"\n', false],
	['container = "perhaps"\n', false],
];

let wrong = 0;
for (const [text, valid] of CASES) {
	const file = join(folder, 'pulse.toml');
	writeFileSync(file, text);
	const args = ['--yes', '@taplo/cli@0.7.0', 'lint', '--schema', schema, file];
	const { status } = spawnSync('npx', args, { cwd: folder, encoding: 'utf8' });
	const isRight = (status === 0) === valid;
	wrong += Number(!isRight);
	const line = `${isRight ? 'ok' : 'WRONG'}: taplo calls ${JSON.stringify(text)} ${status === 0 ? 'valid' : 'invalid'}`;
	process.stdout.write(`${line}\n`);
}
rmSync(folder, { recursive: true });
process.exitCode = wrong === 0 ? 0 : 1;
