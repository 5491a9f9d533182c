import { expect, it } from 'vitest';
import { forwardedLines } from './forwarded.ts';

const CLAIMED = {
	for: '6.6.6.6',
	proto: 'https',
	host: 'public.test',
	standard: 'for=6.6.6.6',
	realIp: '7.7.7.7',
};

it.each([
	'8.8.8.8',
	'100.63.255.255',
	'100.128.0.1',
	'172.15.0.1',
	'172.32.0.1',
	'192.169.0.1',
	'11.0.0.1',
	'::ffff:8.8.8.8',
	'2606:4700::1111',
	'fe00::1',
	'',
])('what %s says of others is not believed', (peer) => {
	const own = peer.replace('::ffff:', '');
	expect(forwardedLines(CLAIMED, 'app.test', peer)).toBe(
		`X-Forwarded-For: ${own}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app.test\r\n`,
	);
});

it.each([
	'127.0.0.1',
	'10.1.2.3',
	'100.64.0.1',
	'100.127.255.254',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'169.254.1.1',
	'::1',
	'::ffff:100.64.0.2',
	'fd12:3456::1',
	'fe80::1',
])("what %s says is passed on: Railway's edge and the private network are neighbours", (peer) => {
	const own = peer.replace('::ffff:', '');
	expect(forwardedLines(CLAIMED, 'app.test', peer)).toBe(
		`X-Forwarded-For: 6.6.6.6, 7.7.7.7, ${own}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: public.test\r\n` +
			'X-Real-IP: 7.7.7.7\r\nForwarded: for=6.6.6.6\r\n',
	);
});
