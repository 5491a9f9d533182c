import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { archive, temporaryFolder } from '../testing/harness.ts';
import { unpack } from './unpack.ts';

it('a build whose service is deleted while it unpacks ends, and nothing else does', async () => {
	const dir = await temporaryFolder();
	await writeFile(join(dir, 'source.tgz'), await archive({ 'a.txt': 'a', 'b/c.txt': 'c' }));
	const reason = new Error('deleted');
	await expect(unpack(join(dir, 'source.tgz'), join(dir, 'app'), AbortSignal.abort(reason))).rejects.toBe(reason);
	expect(await readdir(join(dir, 'app'))).toEqual([]);
});
