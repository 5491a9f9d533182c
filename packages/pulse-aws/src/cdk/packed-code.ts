import { brotliCompressSync } from 'node:zlib';

/**
 * Code of a Lambda function as it stands in the template, which may have 51,200 bytes where no bucket is to be needed
 * (platform-facts/aws.md §4): compressed, with a line that unfolds it. Short code stays as it is. The Lambda console shows that
 * line; `dist/reaper-bundle.cjs` of this package is what is in it.
 */
export function packedCode(code: string): string {
	const bytes = brotliCompressSync(code);
	const packed = `${UNFOLD[0]}${base85(bytes)}${UNFOLD[1]}${bytes.length}${UNFOLD[2]}`;
	return packed.length < code.length ? packed : code;
}

/**
 * Four bytes in five characters, a sixteenth less than base64: those from 40 to 125 but the backslash, so that neither JavaScript,
 * JSON nor YAML escapes any of them.
 */
function base85(bytes: Buffer): string {
	const whole = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
	let text = '';
	for (let at = 0; at < whole.length; at += 4) {
		let rest = whole.readUInt32BE(at);
		let five = '';
		for (let digit = 0; digit < 5; digit++) {
			const code = 40 + (rest % 85);
			five = String.fromCharCode(code < 92 ? code : code + 1) + five;
			rest = Math.floor(rest / 85);
		}
		text += five;
	}
	return text;
}

const UNFOLD = [
	`const b=[];let n=0,i=0,c;for(c of Buffer.from('`,
	`')){n=n*85+c-40-(c>92);if(++i%5==0){b.push(n>>>24,n>>16,n>>8,n);n=0}}const m=new module.constructor(__filename,module);m.paths=module.paths;m._compile(require('node:zlib').brotliDecompressSync(Buffer.from(b).subarray(0,`,
	`)).toString(),__filename);exports.handler=m.exports.handler;`,
] as const;
