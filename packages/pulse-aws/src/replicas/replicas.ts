import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { replicaAsked } from 'pulse-edge/decide/affinity';
import { isReplicaToken, replicaOf, replicaToken } from 'pulse-edge/upstream/replica-token';
import { CONTAINER_PORT, REPLICA_HEADER } from '../protocol.ts';
import { dial } from './dial.ts';
import { Holders, type HoldersParts } from './holders.ts';
import { deploymentKey, hopProof, takeHop } from './hop.ts';
import { passRequest } from './pass-request.ts';
import { passSocket } from './pass-socket.ts';

export interface ReplicasParts extends Omit<HoldersParts, 'key'> {
	/** What the deployment's tasks share. */
	readonly secret: string;
	readonly deploymentId: string;
}

/** `here`: it is not known whose it is, or the network between tasks is closed, so that it is served where it came. */
export type Passed = 'passed' | 'gone' | 'here';

/**
 * The tasks of one deployment, to each of which belong the pages whose sessions it holds (contract A11.7). The load balancer
 * sends a page's request to any of them; the one that gets it passes it on, once.
 */
export class Replicas {
	/** What this task's pages name it by. */
	readonly token: string;
	readonly #key: string;
	readonly #holders: Holders;

	constructor({ secret, deploymentId, ...parts }: ReplicasParts) {
		this.#key = deploymentKey(secret, deploymentId);
		this.token = replicaToken(this.#key, { host: parts.address, port: CONTAINER_PORT });
		this.#holders = new Holders({ ...parts, key: this.#key });
	}

	/** Learns where the other tasks are, so that the first visitor does not wait for it. */
	look(): Promise<void> {
		return this.#holders.look();
	}

	/**
	 * The token of the other task that a request belongs to; `null`: it is served here. Takes the proof of a task that has passed
	 * it on off it; such a one goes no further, whatever it names.
	 */
	otherOf(request: IncomingMessage): string | null {
		if (takeHop(request, this.#key, this.token)) return null;
		const [, query = ''] = (request.url ?? '').split(/\?(.*)/s, 2);
		const asked = replicaAsked(query, String(request.headers[REPLICA_HEADER] ?? ''));
		return isReplicaToken(asked) && replicaOf([this], asked) === null ? asked : null;
	}

	/** Of a request nothing was read yet. */
	async pass(request: IncomingMessage, response: ServerResponse, token: string): Promise<Passed> {
		const way = await this.#wayTo(token);
		if (typeof way === 'string') return way;
		if (response.destroyed) way.destroy();
		else passRequest(request, response, way, hopProof(this.#key, token));
		return 'passed';
	}

	async passSocket(request: IncomingMessage, socket: Socket, head: Buffer, token: string): Promise<Passed> {
		const way = await this.#wayTo(token);
		if (typeof way === 'string') return way;
		if (socket.destroyed) way.destroy();
		else passSocket(request, socket, head, way, hopProof(this.#key, token));
		return 'passed';
	}

	async #wayTo(token: string): Promise<Socket | 'gone' | 'here'> {
		let holder = await this.#holders.find(token);
		if (holder.kind === 'at') {
			const way = await dial(holder.address);
			if (typeof way !== 'string') return way;
			holder = await this.#holders.lost(holder.address, way);
		}
		return holder.kind === 'gone' ? 'gone' : 'here';
	}
}
