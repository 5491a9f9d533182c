import { CONTAINER, NGINX_TWO_WORKERS, ROUTER, TWO_WORKERS, VARIANTS } from '../scenarios.ts';
import { verify } from '../verify.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginx } from './nginx.ts';
import { startNodeProxy } from './node-proxy.ts';
import { MissingPeer, type Peer, type PeerSetup } from './peer.ts';
import { startRouter } from './router.ts';

const direct = async ({ backendPort }: PeerSetup): Promise<Peer> => ({
	name: 'direct',
	port: backendPort,
	pids: [],
	stop: async () => {},
});

const STARTS: readonly [string, (setup: PeerSetup) => Promise<Peer>][] = [
	['direct', direct],
	['nginx', startNginx],
	[NGINX_TWO_WORKERS, (setup) => startNginx({ ...setup, workers: 2 })],
	['haproxy', startHaproxy],
	['node proxy', startNodeProxy],
	...[ROUTER, ...VARIANTS.filter((name) => name.startsWith(ROUTER))].map(
		(name): [string, (setup: PeerSetup) => Promise<Peer>] => {
			const deployments = Number(/(\d+) deployments/.exec(name)?.[1] ?? 1);
			return [
				name,
				(setup) =>
					startRouter({
						...setup,
						name,
						deployments,
						workers: name === TWO_WORKERS ? 2 : 1,
						container: name === CONTAINER,
					}),
			];
		},
	),
];

/** All but other arrangements of the same. */
export const PLAIN: readonly string[] = STARTS.map(([name]) => name).filter((name) => !VARIANTS.includes(name));

/** Starts and checks those of `names` that are on this machine, into `peers`; the rest are told, not replaced. */
export async function startPeers(setup: PeerSetup, names: readonly string[], peers: Peer[]): Promise<string[]> {
	const missing: string[] = [];
	for (const [name, start] of STARTS.filter(([name]) => names.includes(name))) {
		try {
			const peer = await start(setup);
			peers.push(peer);
			await verify(peer);
		} catch (error) {
			if (!(error instanceof MissingPeer)) throw error;
			missing.push(`${name}: ${error.message}`);
		}
	}
	return missing;
}
