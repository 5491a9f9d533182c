import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { deliverNotices } from './deliver.ts';
import { destination } from './destination.ts';
import { claimNext, type Ledger, settle } from './ledger.ts';
import { type Notice, noticesOf } from './notice.ts';
import { type Sender, sendNotice } from './send.ts';
import { newSigningSecret } from './sign.ts';

const ends: (() => void)[] = [];
afterEach(() => {
	for (const end of ends.splice(0)) end();
});

interface Received {
	readonly headers: Record<string, string>;
	readonly body: string;
	readonly path: string | undefined;
}

/** A receiver on a real socket. */
async function receiver(answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
	const received: Received[] = [];
	const server = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		received.push({ headers: request.headers as Record<string, string>, body, path: request.url });
		answer(request, response, received.length);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	ends.push(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=s3cret`;
	return { url, received };
}

const senderTo = (url: string, more: Partial<Sender> = {}): Sender => ({
	destination: destination(url),
	secret: newSigningSecret(),
	source: { platform: 'railway', stack: 'shop/production' },
	scope: 'here',
	...more,
});
const [ONE, TWO] = noticesOf(
	[
		{ at: 1, event: 'activated', id: 'one' },
		{ at: 2, event: 'activated', id: 'two' },
	],
	({ id }) => id,
) as [Notice, Notice];
const calm = () => new AbortController().signal;
const now = () => Date.now();

test('what is sent is verified by the library of the Standard Webhooks specification (R9.13)', async () => {
	const { url, received } = await receiver((_, response) => response.writeHead(204).end());
	const sender = senderTo(url);
	expect(await sendNotice(sender, ONE, now(), calm())).toEqual({ delivered: true });
	const [{ body, headers }] = received as [Received];
	const judge = new Webhook(sender.secret?.reveal() ?? '');
	expect(judge.verify(body, headers)).toMatchObject({ type: 'deployment.deployed', data: { deployment_id: 'one' } });
	expect(() => judge.verify(body.replace('one', 'two'), headers)).toThrow();
	expect(() => new Webhook(newSigningSecret().reveal().slice(6)).verify(body, headers)).toThrow();
});

test('an attempt again has the same id and a signature of its own time; another stack has another id', async () => {
	const { url, received } = await receiver((_, response) => response.writeHead(200).end());
	const sender = senderTo(url);
	await sendNotice(sender, ONE, now() - 60_000, calm());
	await sendNotice(sender, ONE, now(), calm());
	await sendNotice({ ...sender, scope: 'elsewhere' }, ONE, now(), calm());
	const [first, second, other] = received.map(({ headers }) => headers) as [object, object, object] as Record<
		string,
		string
	>[];
	expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
	expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature']);
	expect(other?.['webhook-id']).not.toBe(first?.['webhook-id']);
});

test('a redirect is not followed: the receiver chooses no other receiver', async () => {
	const elsewhere = await receiver((_, response) => response.writeHead(200).end());
	const { url } = await receiver((_, response) => response.writeHead(307, { location: elsewhere.url }).end());
	expect(await sendNotice(senderTo(url), ONE, now(), calm())).toMatchObject({
		delivered: false,
		why: 'it answered 307',
	});
	expect(elsewhere.received).toEqual([]);
});

test('a receiver that hangs, or never ends its answer, holds nothing up', async () => {
	const hangs = await receiver(() => {});
	const late = await sendNotice(senderTo(hangs.url, { answerMs: 100 }), ONE, now(), calm());
	expect(late).toEqual({ delivered: false, why: 'no answer in time', isRefused: false });
	const endless = await receiver((_, response) => {
		response.writeHead(200);
		const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
		response.on('close', () => clearInterval(timer));
	});
	expect(await sendNotice(senderTo(endless.url, { answerMs: 5_000 }), ONE, now(), calm())).toEqual({ delivered: true });
});

test('what cannot be reached is told by its code, without the URL', async () => {
	const { url } = await receiver(() => {});
	for (const end of ends.splice(0)) end();
	const sent = await sendNotice(senderTo(url), ONE, now(), calm());
	expect(sent).toEqual({ delivered: false, why: 'ECONNREFUSED', isRefused: false });
	expect(JSON.stringify(sent)).not.toContain('s3cret');
});

/** Kept in memory; each method is one step. */
function outboxOf(notices: readonly Notice[], clock: () => number) {
	let ledger: Ledger | null = null;
	return {
		claim: async () => {
			const claim = claimNext(ledger, { past: notices, standing: [] }, { tells: 'ops', startedAt: 1 }, clock());
			ledger = claim.ledger;
			return claim;
		},
		settle: async (key: string) => {
			ledger = ledger && settle(ledger, key);
		},
	};
}

test('a notice that is refused holds up no other; a receiver that is away is asked once', async () => {
	const refuses = await receiver((_, response, nth) => response.writeHead(nth === 1 ? 400 : 200).end());
	const away = await receiver((_, response) => response.writeHead(503).end());
	const report = async (url: string) => {
		const outbox = outboxOf([ONE, TWO], () => 10);
		return deliverNotices({ outbox, send: (one) => sendNotice(senderTo(url), one, now(), calm()), signal: calm() });
	};
	expect(await report(refuses.url)).toEqual({ sent: 1, failed: 1, given_up: 0, error: 'it answered 400' });
	expect(await report(away.url)).toEqual({ sent: 0, failed: 1, given_up: 0, error: 'it answered 503' });
	expect(away.received).toHaveLength(1);
});

test('a run whose time is over in the middle of a notice tells what it has sent', async () => {
	const over = new AbortController();
	const slow = await receiver((_, response, nth) => {
		if (nth === 1) response.writeHead(200).end();
		else over.abort();
	});
	const outbox = outboxOf([ONE, TWO], () => 10);
	const send = (one: Notice) => sendNotice(senderTo(slow.url), one, now(), over.signal);
	const report = await deliverNotices({ outbox, send, signal: over.signal });
	expect(report).toEqual({ sent: 1, failed: 0, given_up: 0, error: null });
});
