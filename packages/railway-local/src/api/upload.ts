import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Refusal } from '../refusal.ts';
import { newId } from '../world/ids.ts';
import { instanceOf } from '../world/lookup.ts';
import { type Caller, demandEnvironment } from './caller.ts';
import type { ServerEngine } from './server.ts';

export const UPLOAD_PATH = /^\/project\/([^/]+)\/environment\/([^/]+)\/up$/;

const GZIP = Buffer.from([0x1f, 0x8b]);

class UploadRefused extends Error {
	readonly status: number;
	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/** `railway up` (facts §3): stores the archive, starts a deployment of it, answers before the build. */
export async function answerUpload(
	engine: ServerEngine,
	caller: Caller,
	target: { projectId: string; environmentId: string; serviceId: string },
	request: IncomingMessage,
): Promise<{ status: number; body: object }> {
	try {
		const instance = find(engine, caller, target);
		const snapshotId = newId();
		await store(
			request,
			join(engine.uploadsDir, snapshotId),
			engine.snapshotPath(snapshotId),
			engine.behaviour.maxUploadBytes,
		);
		if (!engine.world.data.instances[instance.id]) throw new UploadRefused(404, 'The service was deleted');
		engine.world.change(() => {
			instance.snapshotId = snapshotId;
			instance.settings.image = null;
		});
		const deployment = engine.fleet.deploy(instance, { cliMessage: null });
		await engine.world.saved();
		const logsUrl = `/project/${target.projectId}/service/${target.serviceId}?environmentId=${target.environmentId}&id=${deployment.id}`;
		return { status: 200, body: { deploymentId: deployment.id, url: logsUrl, logsUrl, deploymentDomain: '' } };
	} catch (error) {
		request.resume();
		if (!(error instanceof UploadRefused)) throw error;
		return { status: error.status, body: { message: error.message } };
	}
}

/** 404 when the service has no instance in the environment (facts §3). */
function find(
	engine: ServerEngine,
	caller: Caller,
	target: { projectId: string; environmentId: string; serviceId: string },
) {
	const { data } = engine.world;
	try {
		const environment = demandEnvironment(caller, data, target.environmentId);
		if (environment.projectId !== target.projectId) throw new Refusal('Environment not found');
		return instanceOf(data, target.serviceId, target.environmentId);
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		throw new UploadRefused(error.message === 'Not Authorized' ? 401 : 404, error.message);
	}
}

/** What is refused is read to its end all the same: a closed connection would hide the answer from the sender. */
async function store(request: IncomingMessage, temporary: string, path: string, maxBytes: number): Promise<void> {
	const out = createWriteStream(temporary, { mode: 0o600, flush: true });
	// A full disk is met while the next piece is waited for, and unheard it would end the platform and all its services.
	out.on('error', () => {});
	let size = 0;
	let start = Buffer.alloc(0);
	try {
		for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
			size += chunk.length;
			if (size > maxBytes) throw new UploadRefused(413, 'Payload Too Large');
			if (start.length < 2) start = Buffer.concat([start, chunk.subarray(0, 2)]);
			if (out.errored) throw out.errored;
			if (!out.write(chunk)) await once(out, 'drain');
		}
		out.end();
		await finished(out);
		if (!start.subarray(0, 2).equals(GZIP)) throw new UploadRefused(400, 'The body is not a gzip archive');
		await rename(temporary, path);
	} finally {
		out.destroy();
		await rm(temporary, { force: true });
	}
}
