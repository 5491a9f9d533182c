import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../dist/', import.meta.url);
const gzipped = (name: string) => gzipSync(readFileSync(new URL(`browser/${name}`, FOLDER)), { level: 9 }).length;

test('the client is small, without socket.io-client, and so is what goes with it', () => {
	expect(gzipped('index.js')).toBeLessThanOrEqual(6 * 1024);
	expect(gzipped('tab.js')).toBeLessThanOrEqual(5 * 1024);
	expect(gzipped('banner.js')).toBeLessThanOrEqual(1024);
});

test('what is published needs nothing of the room that it shares with the edge', () => {
	const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
	const shipped = files.filter((name) => /\.d\.ts$|^browser\/.*\.js$/.test(name));
	expect(shipped).toContain('client/index.d.ts');
	const text = shipped.map((name) => readFileSync(new URL(name, FOLDER), 'utf8')).join('\n');
	expect(text).not.toContain('pulse-tab');
	expect(readFileSync(new URL('browser/index.js', FOLDER), 'utf8')).toContain('webpackIgnore');
});
