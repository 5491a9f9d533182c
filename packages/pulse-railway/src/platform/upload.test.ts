import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlatform } from './open-platform.ts';
import type { SourceArchive } from './port.ts';
import { dropped, type Hazard, type HazardServer, json, reply, startHazardServer } from './testing/hazard-server.ts';

const signal = new AbortController().signal;
const content = randomBytes(3_000_000);
let opened: number;
let server: HazardServer;

beforeEach(async () => {
	opened = 0;
	server = await startHazardServer();
});
afterEach(() => server.close());

const archive: SourceArchive = {
	bytes: content.length,
	open() {
		opened++;
		return Readable.from(pieces());
	},
};

function* pieces() {
	for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

const upload = (
	options: Parameters<HazardServer['connect']>[0] = {},
	onProgress?: (sent: number) => void,
	abort = signal,
) =>
	openPlatform(server.connect(options), { projectId: 'p 1', environmentId: 'e' }).upload(
		's1',
		archive,
		abort,
		onProgress,
	);

const accepted: Hazard = async (response, _received, request) => {
	const body = await buffer(request);
	response.writeHead(200).end(JSON.stringify({ deploymentId: createHash('sha256').update(body).digest('hex') }));
};
const digest = createHash('sha256').update(content).digest('hex');

/** Answers after the whole body, as the platform does. */
const after =
	(hazard: Hazard): Hazard =>
	async (response, received, request) => {
		await buffer(request);
		hazard(response, received, request);
	};

test('sends every byte to the origin of the endpoint, with length, type and progress', async () => {
	server.on('upload', accepted);
	const progress: number[] = [];
	expect(await upload({}, (sent) => progress.push(sent))).toEqual({ deploymentId: digest });
	expect(progress.at(-1)).toBe(content.length);
	expect(progress).toEqual([...progress].sort((left, right) => left - right));
	const [received] = server.received.slice(1);
	expect(received?.url).toBe('/project/p%201/environment/e/up?serviceId=s1');
	expect(received?.headers).toMatchObject({
		'content-type': 'application/gzip',
		'content-length': String(content.length),
		authorization: 'Bearer token-of-the-user',
	});
});

test.each([
	['a dropped connection', dropped],
	['an outage', after(reply(503, 'busy'))],
	['a limit', after(reply(429, 'slow down'))],
	['a gateway timeout', after(reply(504, ''))],
])('starts over from the first byte after %s', async (_name, hazard) => {
	server.on('upload', hazard, accepted);
	expect(await upload()).toEqual({ deploymentId: digest });
	expect(opened).toBe(2);
});

test.each([
	[413, 'too big', 'rejected', /too large \(3\.0 MB\)/],
	[404, '', 'not-found', /no instance in the environment/],
	[401, '', 'unauthorized', /HTTP 401/],
])('HTTP %i is explained and not repeated', async (status, body, kind, message) => {
	server.on('upload', after(reply(status, body)));
	await expect(upload()).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
	expect(opened).toBe(1);
});

test('HTTP 413 is understood even when it comes before the body is sent', async () => {
	server.on('upload', reply(413, 'too big', { connection: 'close' }));
	await expect(upload()).rejects.toMatchObject({ kind: 'rejected', next: expect.stringContaining('.railwayignore') });
});

test('a refusal tells what Railway said', async () => {
	server.on('upload', after(json({ message: 'No Dockerfile' }, 400)));
	await expect(upload()).rejects.toMatchObject({ kind: 'rejected', detail: 'No Dockerfile' });
});

test('a platform that stops reading is given up', async () => {
	server.on('upload', () => {});
	await expect(upload({ timeouts: { total: 100 }, retry: { attempts: 1 } })).rejects.toMatchObject({ kind: 'timeout' });
});

test('a source that cannot be read fails the upload, it does not hang', async () => {
	server.on('upload', accepted);
	const broken: SourceArchive = {
		bytes: 10,
		open: () =>
			new Readable({
				read() {
					this.destroy(new Error('disk on fire'));
				},
			}),
	};
	const platform = openPlatform(server.connect(), { projectId: 'p', environmentId: 'e' });
	await expect(platform.upload('s', broken, signal)).rejects.toMatchObject({
		code: 'source-unreadable',
		message: expect.stringContaining('disk on fire'),
	});
});

test('an abort ends the upload with the reason of the caller', async () => {
	const abort = new AbortController();
	server.on('upload', () => abort.abort(new Error('Ctrl-C')));
	await expect(upload({}, undefined, abort.signal)).rejects.toThrow('Ctrl-C');
});
