import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const version = process.env.PULSE_DEPLOYMENT_ID ?? 'of this machine';
const page = (await readFile(new URL('page.html', import.meta.url), 'utf8')).replace('{version}', version);
const runs = new Map(); // in the memory of this version

/** The agent: a line a second about a line of the text, over and over, for ten minutes. */
async function work(run) {
	const lines = run.text.split('\n').filter((line) => line.trim());
	for (let second = 1; second <= 600; second++) {
		run.report.push(`${second}. ${version} reads: ${lines[(second - 1) % lines.length] ?? 'nothing'}`);
		await sleep(1_000);
	}
	run.done = true;
}

async function stream(run, request, response) {
	response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
	let next = Number(request.headers['last-event-id'] ?? 0); // a browser that lost its line goes on where it was
	while (!response.destroyed) {
		for (; next < run.report.length; next++) response.write(`id: ${next + 1}\ndata: ${run.report[next]}\n\n`);
		if (run.done) return response.end('event: done\ndata:\n\n');
		await sleep(200);
	}
}

createServer(async (request, response) => {
	const { pathname } = new URL(request.url, 'http://localhost');
	const [, what, id] = pathname.split('/');
	if (pathname === '/') return response.setHeader('content-type', 'text/html').end(page);
	if (request.method === 'POST' && what === 'runs') {
		let text = '';
		for await (const chunk of request.setEncoding('utf8')) text += chunk;
		const run = { text, report: [], done: false };
		const made = randomUUID();
		runs.set(made, run);
		work(run);
		return response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: made }));
	}
	const run = runs.get(id);
	if (run && what === 'events') return stream(run, request, response);
	if (run && what === 'report') {
		response.setHeader('content-disposition', 'attachment; filename="report.txt"');
		return response.end(`${run.report.join('\n')}\n`);
	}
	response.writeHead(404).end('There is nothing here.');
}).listen(3000);
