/**
 * 500 official Socket.IO clients on one deployment, half of which can wait, are told to load anew, and do: how many of them
 * the newest deployment gets in its busiest second, and how long all of it takes. Needs nothing but this machine.
 * `npm run build && jiti test/outside/reload-crowd.ts [clients, 500]`
 */
import { App, type ListenOptions } from 'pulse-app';
import { io, type Socket } from 'socket.io-client';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const CLIENTS = Number(process.argv[2] ?? 500);
const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as unknown as NonNullable<ListenOptions['logger']>;
const verdict = new Verdict();
const loads: number[] = [];
const [before, newest] = await Promise.all([serve(), serve()]);
const sockets: Socket[] = [];

for (let at = 0; at < CLIENTS; at += 25) {
	const some = Array.from({ length: Math.min(25, CLIENTS - at) }, (_, index) =>
		open(before.url, (at + index) % 2 === 0),
	);
	await Promise.all(some);
}
await until('all pages', () => before.renderSessions().connected === CLIENTS, 60_000);
const asked = Date.now();
const begun = before.reloadWithin(0);
await until('all to have moved', () => newest.renderSessions().connected === CLIENTS, 60_000);
const tookMs = Date.now() - asked;
const busiest = Math.max(...loads.map((from) => loads.filter((when) => when >= from && when < from + 1000).length));
const busiest100 = Math.max(...loads.map((from) => loads.filter((when) => when >= from && when < from + 100).length));
process.stdout.write(
	`${CLIENTS} pages in ${tookMs} ms (said: ${begun.overInMs}); busiest second ${busiest}, busiest tenth of one ${busiest100}\n`,
);
verdict.report('all of them move', String(CLIENTS), String(loads.length));
// A page's way to the newest deployment differs by some milliseconds from that of another.
verdict.report('no second gets more than a fifth', 'true', String(busiest <= CLIENTS / 5 + Math.max(1, CLIENTS / 100)));
for (const socket of sockets) socket.disconnect();
await Promise.all([before, newest].map((app) => app.close({ budgetMs: 0 })));
verdict.close('The newest deployment gets them one after the other.');

function serve() {
	const app = new App({ listener: (_, response) => void response.end('app') });
	return app.listen({ port: 0, address: '127.0.0.1', logger: SILENT });
}

/** A page; told to load anew, it opens the newest deployment's. */
async function open(url: string, waits: boolean): Promise<void> {
	if (url === newest.url) loads.push(Date.now());
	const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}' });
	const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
	const [, { directives }] = (await response.json()) as [unknown, { directives: { socketio: { auth: object } } }];
	const socket = io(url, {
		transports: ['websocket'],
		auth: { ...directives.socketio.auth, ...(waits ? { __pulse_safe_reload: 1 } : {}) },
		extraHeaders: { cookie },
		forceNew: true,
		reconnection: false,
	});
	sockets.push(socket);
	socket.on('message', ([, message]: [unknown, { type: string }]) => {
		if (message.type !== 'reload') return;
		socket.disconnect();
		void open(newest.url, waits);
	});
}
