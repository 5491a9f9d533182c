import type { FormField } from '../report/readable-page.ts';

/** More than any form has that a person fills in. */
const MOST_FIELDS = 1_000;

/** The fields of a form as its browser sent it; `null` for what no page can offer again: files, other texts than UTF-8. */
export function formFields(contentType: string, body: Buffer): FormField[] | null {
	try {
		const fields = /^\s*multipart\/form-data\b/i.test(contentType)
			? multipart(contentType, body)
			: /^\s*application\/x-www-form-urlencoded\b/i.test(contentType)
				? urlencoded(utf8(body))
				: null;
		if (fields === null || fields.length === 0 || fields.length > MOST_FIELDS) return null;
		// In a page that would be another character.
		return fields.some(({ name, value }) => `${name}${value}`.includes('\0')) ? null : fields;
	} catch {
		return null;
	}
}

export function isMultipart(contentType: string): boolean {
	return /^\s*multipart\//i.test(contentType);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws where it is none. */
function utf8(bytes: Buffer): string {
	return decoder.decode(bytes);
}

function urlencoded(text: string): FormField[] {
	return text
		.split('&', MOST_FIELDS + 1)
		.filter((part) => part !== '')
		.map((part) => {
			const equals = part.indexOf('=');
			const [name, value] = equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
			return { name: decoded(name), value: decoded(value) };
		});
}

function decoded(text: string): string {
	return decodeURIComponent(text.replaceAll('+', ' '));
}

function multipart(contentType: string, body: Buffer): FormField[] | null {
	const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)?.slice(1).find(Boolean);
	if (boundary === undefined) return null;
	const [, ...parts] = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`, MOST_FIELDS + 3);
	if (parts.pop()?.startsWith('--') !== true) return null;
	const fields: FormField[] = [];
	for (const part of parts) {
		const headEnd = part.indexOf('\r\n\r\n');
		const [, name, file] =
			/^\r\ncontent-disposition:\s*form-data;\s*name="([^"\r\n]*)"(;\s*filename="[^"\r\n]*")?/im.exec(
				part.slice(0, headEnd),
			) ?? [];
		if (headEnd === -1 || name === undefined) return null;
		const content = part.slice(headEnd + 4);
		if (file !== undefined && content !== '') return null;
		const value = file === undefined ? utf8(Buffer.from(content, 'latin1')) : null;
		fields.push({ name: nameOf(utf8(Buffer.from(name, 'latin1'))), value });
	}
	return fields;
}

/** Browsers escape three characters in it. */
function nameOf(written: string): string {
	return written.replace(/%(22|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
