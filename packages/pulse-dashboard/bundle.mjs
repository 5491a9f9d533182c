import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The page with all that it needs, into the package that serves it: it loads nothing from elsewhere. */
const root = fileURLToPath(new URL('.', import.meta.url));
const outdir = fileURLToPath(new URL('../deploy-kit/dist/dashboard-page/', import.meta.url));
await mkdir(outdir, { recursive: true });
const common = { outdir, absWorkingDir: root, bundle: true, minify: true, legalComments: 'inline' };
await build({ ...common, entryPoints: { page: 'src/page.ts' }, format: 'iife', target: 'es2022' });
await build({ ...common, entryPoints: { page: 'page.css' } });
for (const file of ['page.html', 'icon.svg']) await copyFile(`${root}${file}`, `${outdir}${file}`);
