import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/free-port.ts';
import { type Peer, type PeerSetup, startProgram } from './peer.ts';

/** What one writes in an hour: Node's http on both sides, piped. */
export async function startNodeProxy({ backendPort }: PeerSetup): Promise<Peer> {
	const port = await freePort();
	const script = fileURLToPath(new URL('./plain-node-proxy.mjs', import.meta.url));
	return startProgram('node proxy', port, process.execPath, [script, String(port), String(backendPort)]);
}
