import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, sourceFiles } from './source-files.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PREFIXES: Readonly<Record<string, string>> = { elb: 'elasticloadbalancing' };

/** `ecs:CreateService`, …: one for each call that the commands and the reaper make. */
function actions(): string[] {
	const sources = sourceFiles().filter((file) => file.package === 'pulse-aws');
	const text = sources.map((file) => read(file.path)).join('\n');
	const port = read('packages/pulse-aws/src/platform/aws.ts');
	return [...port.matchAll(/readonly (\w+): \{\n([\s\S]*?)\n\t\};/g)].flatMap(([, service = '', body = '']) =>
		[...body.matchAll(/^\t\t(\w+): Call</gm)]
			.filter(([, call]) => text.includes(`.${call}(`))
			.map(([, call = '']) => `${PREFIXES[service] ?? service}:${call.charAt(0).toUpperCase()}${call.slice(1)}`),
	);
}

test('operators can look up every right that a call to AWS takes', () => {
	const page = read('docs/operations-aws.md');
	const asked = actions();
	expect(asked.length).toBeGreaterThan(40);
	expect(asked.filter((action) => !page.includes(`\`${action}\``))).toEqual([]);
});
