import { fileURLToPath } from 'node:url';

/** This package's own command, found from the sources as well as from the build. */
export const OWN_BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
