import { brotliCompressSync } from 'node:zlib';

/**
 * Code of a Lambda function as it stands in the template, which may have 51,200 bytes where no bucket is to be needed
 * (platform-facts/aws.md §4): compressed, with a line that unfolds it. Short code stays as it is. The Lambda console shows that
 * line; `dist/reaper-bundle.cjs` of this package is what is in it.
 */
export function packedCode(code: string): string {
	const packed = `${UNFOLD[0]}${brotliCompressSync(code).toString('base64')}${UNFOLD[1]}`;
	return packed.length < code.length ? packed : code;
}

const UNFOLD = [
	`const m=new module.constructor(__filename,module);m.paths=module.paths;m._compile(require('node:zlib').brotliDecompressSync(Buffer.from('`,
	`','base64')).toString(),__filename);exports.handler=m.exports.handler;`,
] as const;
