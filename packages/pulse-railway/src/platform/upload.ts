import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { z } from 'zod';
import { classifyStatus, type Verdict } from './classify.ts';
import type { Connection } from './connection.ts';
import { PlatformError } from './error.ts';
import { excerpt } from './graphql.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import type { SourceArchive } from './port.ts';
import { WRITES } from './repeatable.ts';
import { retryAfterMs, withRetry } from './retry.ts';
import type { ApiAnswer } from './transport.ts';

/** The call that `railway up` makes (docs/platform-facts/railway.md §3); undocumented, so its answers are explained one by one. */
export async function upload(
	connection: Connection,
	target: EnvironmentIds,
	serviceId: string,
	archive: SourceArchive,
	signal: AbortSignal,
	onProgress: (sentBytes: number) => void,
): Promise<{ deploymentId: string }> {
	const path = `/project/${encodeURIComponent(target.projectId)}/environment/${encodeURIComponent(target.environmentId)}/up`;
	const url = new URL(path, connection.endpoint);
	url.searchParams.set('serviceId', serviceId);
	const { mode } = await connection.identify(signal);

	return withRetry(connection, WRITES.upload[0], signal, async () => {
		const body = counting(archive, onProgress);
		try {
			const answer = await connection.transport.send(
				{
					operation: 'upload',
					url,
					headers: {
						...connection.headers(mode),
						'content-type': 'application/gzip',
						'content-length': String(archive.bytes),
					},
					body: body.stream,
					limit: 'idle',
				},
				signal,
			);
			return read(answer, connection.clock.now(), archive.bytes);
		} catch (error) {
			throw signal.aborted ? error : (body.failure() ?? error);
		} finally {
			connection.wrote();
			body.stream.destroy();
		}
	});
}

function counting(archive: SourceArchive, onProgress: (sentBytes: number) => void) {
	let sent = 0;
	let failure: DeployToolError | undefined;
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			sent += chunk.length;
			onProgress(sent);
			done(null, chunk);
		},
	});
	const source = archive.open();
	// A lost connection destroys `stream` first and the source by it; only a failure that starts here is the source's.
	source.once('error', (cause) => {
		if (!stream.destroyed) failure = unreadable(cause);
	});
	pipeline(source, stream).catch(() => {});
	return { stream, failure: () => failure };
}

function unreadable(cause: Error): DeployToolError {
	return new DeployToolError('source-unreadable', `Cannot read the source archive: ${cause.message}`, {
		fault: 'user',
		next: 'Check the disk of the temporary directory, then run the command again.',
		cause,
	});
}

const accepted = z.object({ deploymentId: z.string() });
const refused = z.object({ message: z.string() });

function read(answer: ApiAnswer, now: number, bytes: number): { deploymentId: string } {
	const json = parseJson(answer.body);
	const success = accepted.safeParse(json);
	if (answer.status === 200 && success.success) return { deploymentId: success.data.deploymentId };
	const verdict = judge(answer, bytes);
	const told = refused.safeParse(json);
	const detail = told.success ? told.data.message : excerpt(answer.body);
	const waitFor = retryAfterMs(answer.retryAfter, now);
	throw new PlatformError(verdict.kind, verdict.message, {
		operation: 'upload',
		mayHaveHappened: answer.status === 200 || answer.status >= 500,
		...(verdict.next === undefined ? {} : { next: verdict.next }),
		...(waitFor === undefined ? {} : { retryAfterMs: waitFor }),
		...(detail === undefined ? {} : { detail }),
	});
}

function judge(answer: ApiAnswer, bytes: number): Verdict & { message: string } {
	const { status } = answer;
	if (status === 413)
		return {
			kind: 'rejected',
			message: `Railway finds the source archive too large (${(bytes / 1e6).toFixed(1)} MB).`,
			next: 'Leave files out with .railwayignore, or deploy an image with --image-repository.',
		};
	if (status === 404)
		return {
			kind: 'not-found',
			message: 'Railway cannot take source for this service: it has no instance in the environment.',
			next: 'Check --environment-id, then run the command again.',
		};
	if (status === 504)
		return { kind: 'timeout', message: 'Railway took the source archive but did not answer in time.' };
	if (status === 400)
		return { kind: 'rejected', message: 'Railway refused the source archive.', next: 'See the detail above.' };
	if (status === 200)
		return { kind: 'unavailable', message: 'Railway took the source archive but did not name a deployment.' };
	return { ...classifyStatus(status, answer.body), message: `Railway answered the upload with HTTP ${status}.` };
}

function parseJson(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}
