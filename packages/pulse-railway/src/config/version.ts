import { createRequire } from 'node:module';

/** Version of this package; the default images of router and janitor carry it (decision 16). */
export const VERSION: string = (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
