import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An app that knows nothing of us: its state is in its memory and in what it keeps open. `dispose` deletes it. */
export async function containerFolder(): Promise<{ dir: string; dispose(): Promise<void> }> {
	const dir = await mkdtemp(join(tmpdir(), 'pulse-container-'));
	await writeFile(join(dir, 'server.js'), SOURCE);
	await writeFile(join(dir, 'Dockerfile'), DOCKERFILE);
	await writeFile(join(dir, '.dockerignore'), '.platform\n');
	return { dir, dispose: () => rm(dir, { recursive: true, force: true }) };
}

const DOCKERFILE = `FROM node:22-slim
WORKDIR /srv
COPY . .
EXPOSE 3000
CMD ["node", "server.js"]
`;

const SOURCE = `const { createServer } = require('node:http');
if (process.env.BROKEN) throw new Error('no database');
let asked = 0;
createServer((request, response) => {
	if (request.url === '/well') return response.end('well');
	if (request.url.startsWith('/stream')) return response.write('begun');
	if (request.url.startsWith('/environment'))
		return response.end(JSON.stringify(Object.keys(process.env).filter((name) => /^(PULSE|PORT|NEXT)/.test(name)).sort()));
	if (request.url.startsWith('/_pulse')) return response.writeHead(404).end('the app knows no such page');
	response.setHeader('content-type', 'text/plain');
	response.end((process.env.GREETING || 'hello') + ' ' + ++asked);
}).listen(3000);
`;
