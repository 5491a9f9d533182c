import { notes, version } from '../notes.js';

export const dynamic = 'force-dynamic';

export const GET = () =>
	new Response(`${version}\n${notes.join('\n')}\n`, {
		headers: { 'content-disposition': 'attachment; filename="notes.txt"' },
	});
