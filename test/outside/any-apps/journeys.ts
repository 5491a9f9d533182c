import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { until } from '../../support/until.ts';

/**
 * What a tab of version `by` does in its `turn` (1, 2, …). It throws where the tab lost something or got another version's.
 * `mark`: of this life, because what all users share may be there from the life before.
 */
type Way = (page: Page, by: string, turn: number, mark: string) => Promise<void>;

/** What is asked for over one kind of request, or kept. */
export type Kind =
	| 'state'
	| 'chunk'
	| 'picture'
	| 'websocket'
	| 'events'
	| 'upload'
	| 'download'
	| 'form'
	| 'redirect'
	| 'action'
	| 'navigation';

export interface Journey {
	/** Until the page can be used. */
	readonly ready: (page: Page, by: string) => Promise<void>;
	/** In this order. */
	readonly ways: Partial<Record<Kind, Way>>;
	/** A field that a user may be writing in while its version goes. */
	readonly draft?: string;
}

export const KINDS: readonly Kind[] = [
	...(['state', 'chunk', 'picture', 'websocket', 'events', 'upload', 'download', 'form', 'redirect'] as const),
	...(['action', 'navigation'] as const),
];

const FILE = { name: 'numbers.txt', mimeType: 'text/plain', buffer: Buffer.from('one\ntwo\nthree\n') };
const BYTES = FILE.buffer.length;

/** Once the page says so. */
async function says(page: Page, text: string | RegExp, within = 'body', budgetMs = 45_000): Promise<void> {
	let shown = '';
	await until(
		`${text} in ${within}`,
		async () => {
			// A page that is just being loaded anew cannot be asked.
			shown = await page
				.evaluate<string>(`document.querySelector(${JSON.stringify(within)})?.innerText ?? ''`)
				.catch(() => '');
			return typeof text === 'string' ? shown.includes(text) : text.test(shown);
		},
		budgetMs,
	).catch((error: Error) => {
		throw new Error(`${error.message}; it says: ${shown.slice(0, 500)}`);
	});
}

/** As many as that. */
async function counts(page: Page, selector: string, expected: number): Promise<void> {
	let found = -1;
	await until(`${expected} of ${selector}`, async () => {
		found = await page.locator(selector).count();
		return found === expected;
	}).catch(() => {
		throw new Error(`${found} of ${selector}, not ${expected}`);
	});
}

async function downloads(page: Page, click: () => Promise<void>, expected: string): Promise<void> {
	const [download] = await Promise.all([page.waitForEvent('download', { timeout: 45_000 }), click()]);
	const text = readFileSync(await download.path(), 'utf8');
	if (!text.includes(expected)) throw new Error(`a download of ${JSON.stringify(text.slice(0, 200))}, not ${expected}`);
}

async function picture(page: Page): Promise<void> {
	const drawn = () => page.evaluate(`[...document.images].some((image) => image.complete && image.naturalWidth > 0)`);
	await until('the picture is drawn', drawn);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const versioned = (page: Page, by: string) => says(page, `version ${by}`);

export const JOURNEYS: Readonly<Record<string, Journey>> = {
	'express-ws': {
		ready: versioned,
		ways: {
			websocket: async (page, _by, turn) => {
				await page.locator('button').click();
				await says(page, String(turn), 'button');
			},
			state: (page, _by, turn) => says(page, String(turn), 'button'),
		},
	},
	'fastapi-websockets': {
		ready: async (page, by) => {
			await versioned(page, by);
			await says(page, new RegExp(`^${by}: \\d+ here`), 'ul');
		},
		ways: {
			websocket: async (page, by, turn) => {
				await page.locator('input').fill(`turn ${turn} of ${by}`);
				await page.locator('button').click();
				await says(page, `turn ${turn} of ${by}`, 'ul');
			},
			state: (page, _by, turn) => counts(page, 'li', turn + 1),
		},
		draft: 'input',
	},
	'vite-express-ws': {
		ready: versioned,
		ways: {
			picture,
			websocket: async (page, by, turn, mark) => {
				await page.locator('#say input').fill(`turn ${turn} ${mark}`);
				await button(page, 'Say').click();
				await says(page, `${by}: turn ${turn} ${mark}`, '#said');
			},
			state: (page, _by, turn, mark) => counts(page, `#said li:has-text("${mark}")`, turn),
			chunk: async (page, by) => {
				await button(page, 'Statistics').click();
				await says(page, new RegExp(`^${by}: \\d+ lines`), '#numbers');
			},
			upload: async (page, by, turn) => {
				// Another one each time: to take the last one away is an upload as well, whose answer may come second.
				const buffer = Buffer.alloc(turn * BYTES, 'x');
				await page.locator('#file').setInputFiles({ ...FILE, name: `${turn}.txt`, buffer });
				await says(page, `${by} has ${buffer.length} bytes`, '#stored');
			},
			download: (page, by, turn, mark) =>
				downloads(page, () => page.getByText('All that was said').click(), `${by}: turn ${turn} ${mark}\n`),
			// It leaves the page, and comes back to one of its version.
			form: async (page, by, turn, mark) => {
				const before = page.url();
				await page.locator('form[method=post] input').fill(`guest ${turn} ${mark}`);
				await button(page, 'Sign the guest book').click();
				await until('another page', () => page.url() !== before);
				await versioned(page, by);
			},
			redirect: async (page, _by, turn, mark) => {
				const { pathname, search } = new URL(page.url());
				if (!/^\/\?guests=\d+$/.test(`${pathname}${search}`)) throw new Error(`led to ${page.url()}`);
				await says(page, search.replace('?guests=', ''), '#guests');
				await counts(page, `#said li:has-text("${mark}")`, turn);
			},
		},
		draft: '#say input',
	},
	'agent-sse': {
		ready: versioned,
		ways: {
			upload: async (page, _by, turn) => {
				// One run for the tab's whole life: its stream is what has to live.
				if (turn > 1) return;
				await page.locator('input').setInputFiles(FILE);
				await button(page, 'Let it read').click();
			},
			events: async (page, by) => {
				const before = await page.locator('li').count();
				await until('the agent goes on', async () => (await page.locator('li').count()) > before + 1);
				const lines = await page.locator('li').allInnerTexts();
				const wrong = lines.findIndex((line, at) => !line.startsWith(`${at + 1}. ${by} reads: `));
				if (wrong !== -1) throw new Error(`line ${wrong + 1} is ${lines[wrong]}`);
			},
			state: (page, by) => says(page, `1. ${by} reads: one`, 'ol'),
			download: (page, by) => downloads(page, () => page.getByText('Report so far').click(), `2. ${by} reads: two\n`),
		},
	},
	nextjs: {
		ready: versioned,
		ways: {
			picture,
			action: async (page, by, turn, mark) => {
				await page.locator('#keep input[name=text]').fill(`turn ${turn} of ${by} ${mark}`);
				await button(page, 'Keep').click();
				await says(page, `turn ${turn} of ${by} ${mark}`, 'ul');
			},
			upload: async (page, _by, turn, mark) => {
				await page.locator('#upload input[name=file]').setInputFiles({ ...FILE, name: `${turn} ${mark}.txt` });
				await button(page, 'Upload').click();
				await says(page, `${turn} ${mark}.txt, ${BYTES} bytes`, 'ul');
			},
			state: (page, _by, turn, mark) => counts(page, `ul li:has-text("${mark}")`, 2 * turn),
			chunk: async (page) => {
				await button(page, 'Statistics').click();
				await says(page, / notes, \d+ letters/, 'output');
			},
			download: (page, by, turn, mark) =>
				downloads(page, () => page.getByText('All notes').click(), `turn ${turn} of ${by} ${mark}\n`),
			navigation: async (page, by) => {
				await page.getByRole('link', { name: 'About' }).click();
				await says(page, `About version ${by}`);
				await page.getByRole('link', { name: 'Back to the notes' }).click();
				await says(page, 'All notes');
				await versioned(page, by);
			},
		},
		draft: '#keep input[name=text]',
	},
	streamlit: {
		ready: versioned,
		ways: {
			websocket: async (page, by, turn) => {
				// By key: what is put into a field of Streamlit's from outside it does not hear in Firefox, with or without an edge.
				await page.getByLabel('Note', { exact: true }).click();
				await page.keyboard.type(`turn ${turn} of ${by}`);
				await button(page, 'Keep').click();
				await says(page, `turn ${turn} of ${by}`);
			},
			state: (page, _by, turn) => counts(page, '[data-testid=stMarkdown] li', turn),
			upload: async (page, by) => {
				await page.locator('input[type=file]').setInputFiles(FILE);
				await says(page, `${by}: ${BYTES} bytes`);
			},
			download: (page, by) => downloads(page, () => button(page, 'Download').click(), `${by}\nturn 1 of ${by}`),
			// What draws the chart is loaded when there is one.
			chunk: async (page, _by, turn) => {
				if (turn === 1) return;
				await page.getByText('Statistics', { exact: true }).click();
				await page.locator('[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg').first().waitFor();
			},
		},
		draft: 'input[aria-label=Note]',
	},
	nicegui: {
		ready: async (page, by) => {
			await versioned(page, by);
			await page.locator('.q-uploader').waitFor();
		},
		ways: {
			websocket: async (page, _by, turn) => {
				await page.locator('button').first().click();
				await says(page, String(turn), 'button');
			},
			state: (page, _by, turn) => says(page, String(turn), 'button'),
			upload: async (page, by) => {
				await page.locator('input[type=file]').setInputFiles(FILE);
				await says(page, `${by}: ${BYTES} bytes`);
			},
			download: (page, by) =>
				downloads(page, () => page.getByRole('button', { name: /^download$/i }).click(), `version ${by}\n`),
			chunk: async (page, _by, turn) => {
				if (turn === 1) return;
				await page.getByRole('button', { name: /^source$/i }).click();
				await says(page, 'count += 1', '.cm-content');
			},
		},
	},
	gradio: {
		ready: async (page, by) => {
			await versioned(page, by);
			await page.getByLabel('Note', { exact: true }).waitFor();
		},
		ways: {
			form: async (page, by, turn) => {
				await page.getByLabel('Note', { exact: true }).fill(`turn ${turn} of ${by}`);
				await page.getByLabel('Note', { exact: true }).press('Enter');
				await until('it is kept', async () =>
					(await page.getByLabel('Notes', { exact: true }).inputValue()).includes(`turn ${turn} of ${by}`),
				);
			},
			state: async (page, _by, turn) => {
				const kept = await page.getByLabel('Notes', { exact: true }).inputValue();
				if (kept.split('\n').length !== turn) throw new Error(`notes: ${kept}`);
			},
			events: async (page, by) => {
				await button(page, 'Count').click();
				await until('it counts', async () =>
					/: 10$/.test(await page.getByLabel('Counted', { exact: true }).inputValue()),
				);
				const counted = await page.getByLabel('Counted', { exact: true }).inputValue();
				if (counted !== `${by}: 10`) throw new Error(`counted: ${counted}`);
			},
			upload: async (page, by, turn) => {
				if (turn > 1) return;
				await page.locator('input[type=file]').first().setInputFiles(FILE);
				await until('it is measured', async () =>
					(await page.getByLabel('Measured', { exact: true }).inputValue()).startsWith(`${by}: ${BYTES} bytes`),
				);
			},
			download: async (page, by) => {
				await button(page, 'Save').click();
				const link = page.locator('a[download="notes.txt"]').first();
				await link.waitFor();
				await downloads(page, () => link.click(), `${by}\nturn 1 of ${by}`);
			},
		},
		draft: 'label:has-text("Note") textarea, label:has-text("Note") input',
	},
};
