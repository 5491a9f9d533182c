// Runs a platform in a process of its own, so that a test can kill it: `jiti run-platform.ts <dir>`.
import { startLocalPlatform } from '../index.ts';

const platform = await startLocalPlatform({
	dir: process.argv[2]!,
	env: process.env,
	redis: 'sqlite',
	behaviour: { transitionMs: 5, stopGraceMs: 2_000 },
});
process.stdout.write(`${JSON.stringify({ apiUrl: platform.apiUrl, accountToken: platform.accountToken })}\n`);
