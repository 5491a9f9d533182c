/** What a person reads where a program would get JSON. */
export interface PageWords {
	readonly title: string;
	/** One or two sentences: what happened, and what to do. */
	readonly text: string;
	/** For the operator who looks into it. */
	readonly detail: string;
	/** Where to go on. The address is the client's, and is escaped here. */
	readonly link?: { readonly href: string; readonly text: string };
	/** What was sent and not received, for the reader of the page to send again. All of it is escaped here. */
	readonly form?: FormAgain;
	/** Seconds until the browser asks again by itself. */
	readonly again?: number;
}

export interface FormAgain {
	/** Path and query, as a request writes them. */
	readonly action: string;
	readonly multipart: boolean;
	readonly fields: readonly FormField[];
}

export interface FormField {
	readonly name: string;
	/** `null`: a file that was not chosen. */
	readonly value: string | null;
}

/** Headers of a {@link readablePage}: nothing on it is loaded or run. */
export const PAGE_HEADERS = {
	'content-type': 'text/html; charset=utf-8',
	'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
	'x-content-type-options': 'nosniff',
} as const;

/**
 * Those of one with a form: no other page may frame it, and so have a user send it by a click on something drawn over it. Its
 * address is of this app, and Chromium holds where the app leads on from there, as to a payment or a sign-in, to the same
 * policy: what was received already would be sent again by a user to whom nothing happens.
 */
export const FORM_HEADERS = {
	...PAGE_HEADERS,
	'content-security-policy':
		"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action http: https:; frame-ancestors 'none'",
} as const;

/** A page by itself: no script, no picture, nothing to load, readable by day and by night. */
export function readablePage({ title, text, detail, link, form, again }: PageWords): string {
	const refresh = again === undefined ? '' : `<meta http-equiv="refresh" content="${again}">`;
	const onward = link === undefined ? '' : `<p><a href="${escaped(address(link.href))}">${escaped(link.text)}</a></p>`;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">${refresh}
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }
small { opacity: .65 }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
${form === undefined ? '' : formAgain(form)}${onward}<p><small>${escaped(detail)}</small></p>
</main>
</body>
</html>
`;
}

const SECRET = /pass|pwd|secret|phrase|mnemonic/i;

function formAgain({ action, multipart, fields }: FormAgain): string {
	const enctype = multipart ? ' enctype="multipart/form-data"' : '';
	const inputs = fields.map(({ name, value }) =>
		value === null
			? `<input type="file" name="${escaped(name)}" hidden>`
			: `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
	);
	// Text that the user wrote can be read and copied; what has no space in it may be a password, and some have one.
	const texts = fields.flatMap(({ name, value }) =>
		value !== null && /\S\s+\S/.test(value) && !SECRET.test(name) ? [value] : [],
	);
	const shown = texts.map((text) => `<textarea readonly rows="4" cols="50">\n${escaped(text)}</textarea>`);
	return `<form method="post" action="${escaped(address(action))}"${enctype} accept-charset="utf-8">
${inputs.join('\n')}
${shown.join('\n')}
<p><button>Send it to the newest version</button></p>
</form>
`;
}

/** For text and for quoted attributes. */
function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** An address as it came, one character for each byte: those beyond ASCII are escaped, because the page is UTF-8. */
function address(href: string): string {
	return href.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The page of a request for a deployment that is gone. `onward`: the same address without its pin, where there is one. */
export function stalePage(method: string, onward: string | null, status = 409, form?: FormAgain): string {
	const lost = method !== 'GET' && method !== 'HEAD';
	return readablePage({
		title: 'This page has a newer version',
		text: form
			? 'The version that it belongs to is no longer running, and what you sent was not received. It is kept on this page: you can send it to the newest version, which may ask you to sign in or to begin anew.'
			: lost
				? 'The version that it belongs to is no longer running, and what you sent was not received. Go back to copy it, then open the newest version.'
				: 'The version that it belongs to is no longer running.',
		detail: `${status} - stale affinity`,
		...(onward === null ? {} : { link: { href: onward, text: 'Open the newest version' } }),
		...(form === undefined ? {} : { form }),
	});
}
