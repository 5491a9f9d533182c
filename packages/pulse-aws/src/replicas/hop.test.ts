import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { deploymentKey, HOP_HEADER, hopProof, takeHop } from './hop.ts';

const TOKEN = 'A'.repeat(22);
const KEY = deploymentKey('secret', 'prod-1');

function carrying(proof: string): IncomingMessage {
	const request = new IncomingMessage(new Socket());
	request.rawHeaders.push('Host', 'a', 'X-Pulse-Replica-Hop', proof, 'X-Other', 'b');
	Object.assign(request.headers, { host: 'a', [HOP_HEADER]: proof, 'x-other': 'b' });
	return request;
}

test("a proof counts for one task of one deployment with one secret (A11.7), and is taken off, whoever's it is", () => {
	const own = hopProof(KEY, TOKEN);
	expect(takeHop(carrying(own), KEY, TOKEN)).toBe(true);
	const others = [
		hopProof(KEY, 'B'.repeat(22)),
		hopProof(deploymentKey('secret', 'prod-2'), TOKEN),
		hopProof(deploymentKey('other', 'prod-1'), TOKEN),
		own.slice(0, -1),
		'',
		'ä'.repeat(43),
	];
	for (const proof of others) expect(takeHop(carrying(proof), KEY, TOKEN), proof).toBe(false);
	for (const proof of [own, ...others]) {
		const request = carrying(proof);
		takeHop(request, KEY, TOKEN);
		expect(request.rawHeaders).toEqual(['Host', 'a', 'X-Other', 'b']);
		expect(request.headers).toEqual({ host: 'a', 'x-other': 'b' });
	}
});
