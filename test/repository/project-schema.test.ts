import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFileIn as readByAws } from '../../packages/pulse-aws/src/config/project-file.ts';
import { projectFileIn as readByRailway } from '../../packages/pulse-railway/src/config/project-file.ts';
import { SCHEMA_PAGE, schemaText } from './project-schema.ts';
import { ROOT } from './source-files.ts';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'pulse-schema-'));
});
afterAll(() => rm(folder, { recursive: true }));

const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(schemaText()));

test('C1.20: the schema of pulse.toml is what the tools read: npm run docs', async () => {
	expect(JSON.parse(await readFile(join(ROOT, SCHEMA_PAGE), 'utf8'))).toEqual(JSON.parse(schemaText()));
});

test('C1.20: each pulse.toml of the examples is valid', async () => {
	const files = await readdir(join(ROOT, 'examples'), { recursive: true });
	const found = files.filter((name) => name.endsWith('pulse.toml') && !name.includes('node_modules'));
	expect(found.length).toBeGreaterThan(0);
	for (const name of found) {
		const text = await readFile(join(ROOT, 'examples', name), 'utf8');
		expect(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
	}
});

describe('C1.20: what a validator says of a file', () => {
	test.each([
		['deployment_name = "prod"\nnotify = "off"\nnotify_kept = "2h"\nport = 3000\n', true],
		['container = true\naffinity = "session"\n', true],
		['task_cpu = 512\ntask_memory = "1024"\n', true],
		['task_cpu = "half"\n', false],
		['task_memory = 0.5\n', false],
		['affinity = "page"\n', false],
		['port = 70000\n', false],
		['deployment_nme = "prod"\n', false],
		['notify_kept = "soon"\n', false],
	])('%j: %s', (text, valid) => {
		expect(validate(parse(text))).toBe(valid);
	});
});

test.each([
	['railway', readByRailway],
	['aws', readByAws],
])('C1.20: pulse-%s tells a key that it does not know with its place and the nearest one', async (_, read) => {
	await writeFile(join(folder, 'pulse.toml'), '# one\ndeployment_nme = "prod"\n');
	await expect(read(folder)).rejects.toThrow(
		"pulse.toml:2:1: unknown key 'deployment_nme'; did you mean 'deployment_name'?",
	);
	await writeFile(join(folder, 'pulse.toml'), 'colour = "blue"\n');
	await expect(read(folder)).rejects.toThrow(/unknown key 'colour'$/);
});
