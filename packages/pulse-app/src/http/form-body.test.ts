import { describe, expect, it } from 'vitest';
import { Browser, serve } from '../testing/harness.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const part = (name: string, value = '') => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

async function page() {
	const received: FormData[] = [];
	const { url } = await serve({ render: (view) => view.form('f', (form) => void received.push(form)) });
	const anna = new Browser(url);
	const { 'X-Pulse-Render-Id': id } = (await anna.open()).headers;
	const submit = (body: RequestInit['body'], type?: string) =>
		anna
			.fetch(`/_pulse/forms/${id}/f`, {
				method: 'POST',
				body: body ?? null,
				...(type === undefined ? {} : { headers: { 'content-type': type } }),
			})
			.then(
				({ status }) => status,
				// A connection that was closed while we still sent.
				() => 413,
			);
	return { submit, received };
}

describe('a form (P1.12)', () => {
	it('arrives with its files, however its boundary is written', async () => {
		const { submit, received } = await page();
		const form = new FormData();
		form.set('name', 'Anna');
		form.set('file', new Blob([new Uint8Array(5_000_000)]), 'photo.jpg');
		expect(await submit(form)).toBe(204);
		expect(received[0]?.get('name')).toBe('Anna');
		expect(received[0]?.get('file')).toHaveProperty('size', 5_000_000);
		for (const type of ['boundary=x', 'boundary="x"', 'charset=utf-8; boundary=x', 'BOUNDARY=x; charset=utf-8']) {
			expect([type, await submit(`${part('a', '1')}--x--\r\n`, `multipart/form-data; ${type}`)]).toEqual([type, 204]);
		}
		expect(received.at(-1)?.get('a')).toBe('1');
		expect(await submit('a=1&b=2', `${URLENCODED};charset=UTF-8`)).toBe(204);
		expect(received.at(-1)?.get('b')).toBe('2');
	});

	it.each([
		['fields without end', 'a&'.repeat(10_000), URLENCODED],
		['parts without end', `${part('a').repeat(10_001)}--x--\r\n`, 'multipart/form-data; boundary=x'],
		[
			'a part whose head has no end',
			`--x\r\nContent-Disposition: form-data; name="a"\r\n${'X-Y: z\r\n'.repeat(3_000)}\r\n\r\n--x--\r\n`,
			'multipart/form-data; boundary=x',
		],
		['a boundary that is not the one', `${part('a').repeat(2)}--x--\r\n`, 'multipart/form-data; xboundary=q'],
		['JSON', '{}', 'application/json'],
	])('that is %s is refused', async (_what, body, type) => {
		const { submit, received } = await page();
		expect(await submit(body, type)).toBe(400);
		expect(received).toEqual([]);
	});

	it('without files may not be as large as one with', async () => {
		const { submit } = await page();
		expect(await submit(`a=${'a'.repeat(3_000_000)}`, URLENCODED)).toBe(413);
	});
});
