#!/usr/bin/env node
/**
 * Firefox as Playwright starts it. Playwright sets media features for every page by a command that released Firefoxes do
 * not know yet, and gives up on their refusal. Here that one command is answered as if it had been obeyed: no test looks
 * at a colour scheme. `FIREFOX_PATH` is the real one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

const UNKNOWN = 'emulation.setMediaFeaturesOverride';

const firefox = spawn(process.env.FIREFOX_PATH, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'pipe'] });
firefox.once('exit', (code) => process.exit(code ?? 1));
process.once('SIGTERM', () => firefox.kill());

let said = '';
firefox.stderr.setEncoding('utf8').on('data', async (text) => {
	process.stderr.write(text.replaceAll('WebDriver BiDi listening', 'Firefox listens'));
	const before = said;
	said += text;
	const address = /WebDriver BiDi listening on (ws:\S+)\s/;
	if (address.test(before) || !address.test(said)) return;
	const relay = new WebSocketServer({ host: '127.0.0.1', port: 0 });
	await once(relay, 'listening');
	relay.on('connection', (near, request) => carry(near, `${address.exec(said)[1]}${request.url}`));
	process.stderr.write(`WebDriver BiDi listening on ws://127.0.0.1:${relay.address().port}\n`);
});

function carry(near, url) {
	const far = new WebSocket(url, { maxPayload: 0, perMessageDeflate: false });
	const opened = once(far, 'open');
	near.on('message', async (data) => {
		const { id, method } = JSON.parse(String(data));
		if (method === UNKNOWN) return near.send(JSON.stringify({ type: 'success', id, result: {} }));
		await opened;
		far.send(String(data));
	});
	far.on('message', (data) => near.send(String(data)));
	near.once('close', () => far.close());
	far.once('close', () => near.close());
}
