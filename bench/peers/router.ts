import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { freePort } from '../../test/support/free-port.ts';
import { type Peer, type PeerSetup, startProgram } from './peer.ts';

const BIN = fileURLToPath(new URL('../../packages/pulse-railway/dist/bin.js', import.meta.url));

export interface RouterSetup extends PeerSetup {
	readonly name: string;
	readonly workers: number;
	/** Live deployments; all but the newest drain. */
	readonly deployments: number;
	/** They know nothing of the router, which speaks for them. */
	readonly container: boolean;
}

/** The built command, all features on: store watch, activity, metrics, asset fallback, snapshot file. */
export async function startRouter({
	name,
	backendPort,
	folder,
	workers,
	deployments,
	container,
}: RouterSetup): Promise<Peer> {
	const port = await freePort();
	const slug = name.replaceAll(' ', '-');
	const url = `sqlite:${join(folder, `${slug}.db`)}`;
	const store = await openStore(url, { prefix: 'pulse:railway' });
	const ids = Array.from({ length: deployments }, (_, i) => `v${i + 1}`);
	const kind = container ? { container: { affinity: 'tab', healthPath: '/', port: backendPort } as const } : {};
	for (const id of ids) await store.promote(id, id, kind);
	await store.close();
	const network = join(folder, `${slug}.json`);
	writeFileSync(network, JSON.stringify(Object.fromEntries(ids.map((id) => [id, `127.0.0.1:${backendPort}`]))));
	return startProgram(name, port, process.execPath, [BIN, 'router'], {
		REDIS_URL: url,
		PORT: String(port),
		PULSE_RAILWAY_PRIVATE_NETWORK: network,
		PULSE_RAILWAY_CONTROL_TOKEN: 'bench',
		PULSE_RAILWAY_ROUTER_WORKERS: String(workers),
		PULSE_RAILWAY_ROUTER_METRICS_PORT: String(await freePort()),
		PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, `${slug}.snapshot`),
		PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '1',
	});
}
