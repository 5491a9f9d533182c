import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { expect, test } from 'vitest';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { rawClient, startNamedBackend } from '../testing/sockets.ts';
import { formFields } from './form-fields.ts';

const OWN = { ...DOCUMENT, 'sec-fetch-site': 'same-origin' };
const URLENCODED = { 'content-type': 'application/x-www-form-urlencoded' };
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=----x1' };

async function app() {
	const edge = await startEdge({
		deployments: { one: await startNamedBackend('one') },
		container: { affinity: 'tab', healthPath: '/' },
	});
	const post = (body: string, headers: Record<string, string>, path = '/order?a=1&pulse_deployment=gone') =>
		ask(edge.port, path, {
			method: 'POST',
			body,
			headers: { 'content-length': `${Buffer.byteLength(body)}`, ...headers },
		});
	return { ...edge, post };
}

/** What a browser finds in the page. */
function offered(html: string) {
	const found: Record<string, string>[] = [];
	const visit = (node: Tree.Node) => {
		if ('attrs' in node) {
			const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
			if (/^(?:form|input|textarea|script)$/.test(node.nodeName)) {
				const text =
					'childNodes' in node ? node.childNodes.map((child) => ('value' in child ? child.value : '')).join('') : '';
				found.push({ tag: node.nodeName, ...attributes, ...(node.nodeName === 'textarea' ? { text } : {}) });
			}
		}
		if ('childNodes' in node) node.childNodes.forEach(visit);
	};
	visit(parse(html));
	return found;
}

const part = (name: string, value: string, file = '') =>
	`------x1\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;

test.each([
	[
		'urlencoded',
		URLENCODED,
		'text=two+words%0D%0Aand+%3C%2Ftextarea%3E%22%3Cscript%3E&n=1&n=2&pass=a+s3cret&caf%C3%A9=%F0%9F%8D%B5&empty=',
		{},
	],
	[
		'multipart',
		MULTIPART,
		`${part('text', 'two words\r\nand </textarea>"<script>')}${part('n', '1')}${part('n', '2')}${part('pass', 'a s3cret')}${part('café', '🍵')}${part('empty', '')}------x1--\r\n`,
		{ enctype: 'multipart/form-data' },
	],
])('a form to a version that is gone is kept, to be sent on: %s (C1.14)', async (_, headers, body, form) => {
	const { post } = await app();
	const answer = await post(body, { ...OWN, ...headers });
	expect(answer.status).toBe(410);
	expect(answer.headers).toMatchObject({
		'content-type': 'text/html; charset=utf-8',
		'cache-control': 'no-store',
		'x-pulse-stale-affinity': '1',
		'content-security-policy': expect.stringMatching(
			/default-src 'none'.*form-action http: https:; frame-ancestors 'none'$/,
		),
	});
	const text = 'two words\nand </textarea>"<script>';
	expect(offered(answer.body)).toEqual([
		{ tag: 'form', method: 'post', action: '/order?a=1', 'accept-charset': 'utf-8', ...form },
		{ tag: 'input', type: 'hidden', name: 'text', value: text },
		{ tag: 'input', type: 'hidden', name: 'n', value: '1' },
		{ tag: 'input', type: 'hidden', name: 'n', value: '2' },
		{ tag: 'input', type: 'hidden', name: 'pass', value: 'a s3cret' },
		{ tag: 'input', type: 'hidden', name: 'café', value: '🍵' },
		{ tag: 'input', type: 'hidden', name: 'empty', value: '' },
		// A value without a space in it may be a password, and is not shown, nor is a field that is named like one.
		{ tag: 'textarea', readonly: '', rows: '4', cols: '50', text },
	]);
});

test.each([
	['another site sent it', { ...DOCUMENT, 'sec-fetch-site': 'same-site' }, 'a=1'],
	[
		'another site sent it, over plain http',
		{ accept: 'text/html', 'upgrade-insecure-requests': '1', origin: 'http://evil.test' },
		'a=1',
	],
	['nobody says who sent it', { accept: 'text/html', 'upgrade-insecure-requests': '1' }, 'a=1'],
	['it is of another kind', { ...OWN, 'content-type': 'text/plain' }, 'a=1'],
	['its text is none', OWN, 'a=%ff'],
	['its text is broken', OWN, 'a=%zz'],
	['it has a character that no page has', OWN, 'a=%00'],
	['it is longer than a person writes', OWN, `a=${'x'.repeat(65_536)}`],
	['it has more fields than a person fills in', OWN, 'a=1&'.repeat(1_001)],
	['it has a file', { ...OWN, ...MULTIPART }, `${part('f', 'bytes', '; filename="x.png"')}------x1--\r\n`],
	['it does not end', { ...OWN, ...MULTIPART }, part('a', '1')],
])('a form is not kept where %s (C1.14)', async (_, headers, body) => {
	const { post } = await app();
	const answer = await post(body, { ...URLENCODED, ...headers });
	// From another site it is as if nothing had pinned it.
	if (answer.status === 200) expect(JSON.parse(answer.body)).toMatchObject({ name: 'one', url: '/order?a=1' });
	else {
		expect([answer.status, answer.headers['content-type']]).toEqual([410, 'text/html; charset=utf-8']);
		expect(offered(answer.body)).toEqual([]);
		expect(answer.body).toContain('Go back to copy it');
	}
});

test('only a document is answered so, and its form leads nowhere else (C1.14)', async () => {
	const { post } = await app();
	const script = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' };
	expect((await post('a=1', { ...URLENCODED, ...script })).body).toBe('{"detail":"stale affinity"}');
	const led = await post(
		'a=1',
		{ ...URLENCODED, ...OWN },
		'//evil.test/"><x>?pulse_deployment=gone'.replaceAll('<', '%3C'),
	);
	expect(offered(led.body)[0]!.action).toBe('/.//evil.test/">%3Cx>');
});

test('a client loader that posts one is led on as ever, and ends nothing (C1.14, R2.6)', async () => {
	const { post } = await app();
	const loader = { 'x-pulse-client-loader': '1', 'x-pulse-client-loader-location': '/there' };
	const led = await post('a=1', { ...URLENCODED, ...OWN, ...loader });
	expect([led.status, led.headers.location, led.body]).toEqual([302, '/there', '']);
});

test('a form that does not come holds nothing up for long, and its sender may leave (C1.14)', async () => {
	const { port } = await app();
	const head =
		'POST /x?pulse_deployment=gone HTTP/1.1\r\nHost: app.test\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n';
	const slow = Array.from({ length: 80 }, () => rawClient(port, `${head}Content-Length: 3\r\n\r\na`));
	// Those that are too many are told at once.
	await slow.at(-1)!.until('410 Gone');
	for (const client of slow) client.socket.destroy();
	const whole = rawClient(port, `${head}Content-Length: 3\r\n\r\na=1`);
	expect(await whole.until('</form>')).toContain('<input type="hidden" name="a" value="1">');
});

test('a file that was not chosen is a file that was not chosen, and names are read as browsers write them (C1.14)', () => {
	const body = `${part('f', '', '; filename=""')}${part('a%22%0D%0Ab', '1')}------x1--\r\n`;
	expect(formFields(MULTIPART['content-type'], Buffer.from(body))).toEqual([
		{ name: 'f', value: null },
		{ name: 'a"\r\nb', value: '1' },
	]);
	expect(formFields('multipart/form-data', Buffer.from(body))).toBeNull();
});
