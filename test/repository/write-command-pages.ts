import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GROUPS, renderPage } from './command-pages.ts';
import { renderJsonPage } from './json-pages.ts';
import { SCHEMA_PAGE, schemaText } from './project-schema.ts';
import { ROOT } from './source-files.ts';

const folder = join(ROOT, 'docs/commands');
await mkdir(folder, { recursive: true });
await writeFile(join(ROOT, SCHEMA_PAGE), schemaText());
for (const group of GROUPS) await writeFile(join(folder, group.page), await renderPage(group));
await writeFile(join(ROOT, 'docs/json.md'), renderJsonPage());
