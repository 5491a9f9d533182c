import { request } from 'node:http';
import type { ServiceNetwork } from 'pulse-edge/upstream/network';
import { openPrivateNetwork } from '../private-network.ts';
import {
	INTERNAL_TOKEN_HEADER,
	INTERNAL_TOKEN_VARIABLE,
	PRIVATE_NETWORK_VARIABLE,
	ROUTER_PORT,
	ROUTER_SERVICE_VARIABLE,
} from '../protocol.ts';
import { parseServicePrefix, stackNames } from '../stack/names.ts';
import type { RailwayPluginOptions } from './options.ts';

const ANSWER_LIMIT = 4_096;

export type Env = Readonly<Record<string, string | undefined>>;

export interface RouterSaid {
	readonly status: number | undefined;
	readonly text: string;
}

/** The router over the private network: a deployment has no other way to the store, and needs none. */
export interface RouterLine {
	readonly service: string;
	/** Asks the router wherever its name leads. Rejects where it does not answer. */
	ask(path: string, body: object, signal: AbortSignal): Promise<RouterSaid>;
	/** Asks any of its replicas, each as likely as the others. */
	askAny(path: string, body: object, signal: AbortSignal): Promise<RouterSaid>;
}

export function routerLine(env: Env, options: RailwayPluginOptions): RouterLine {
	const file = env[PRIVATE_NETWORK_VARIABLE]?.trim();
	const network = openPrivateNetwork(file ? { file } : {});
	const service = env[ROUTER_SERVICE_VARIABLE]?.trim() || routerOf(options);
	const internalToken = env[INTERNAL_TOKEN_VARIABLE] ?? '';
	const askAt = ({ host, port }: Address, path: string, asked: object, signal: AbortSignal): Promise<RouterSaid> =>
		new Promise((resolve, reject) => {
			const body = JSON.stringify(asked);
			const sent = request(
				{
					host,
					port,
					path,
					method: 'POST',
					headers: {
						[INTERNAL_TOKEN_HEADER]: internalToken,
						'content-type': 'application/json',
						'content-length': Buffer.byteLength(body),
					},
					// Its addresses change at each deploy of the router.
					agent: false,
					signal,
					...(network.lookup === undefined ? {} : { lookup: network.lookup }),
				},
				(response) => {
					let text = '';
					response.setEncoding('utf8');
					response.on('data', (piece: string) => {
						text += piece;
						if (text.length > ANSWER_LIMIT) response.destroy(new Error('its answer is too long'));
					});
					response.on('error', reject);
					response.on('end', () => resolve({ status: response.statusCode, text }));
				},
			);
			sent.on('error', reject);
			sent.end(body);
		});
	return {
		service,
		ask: async (path, body, signal) => askAt(network.address(service, ROUTER_PORT), path, body, signal),
		askAny: async (path, body, signal) => askAt(await anyReplica(network, service), path, body, signal),
	};
}

type Address = ReturnType<ServiceNetwork['address']>;

/** A name leads each process to the same one of several, for as long as it runs. */
async function anyReplica(network: ServiceNetwork, service: string): Promise<Address> {
	const { replicas } = network;
	if (replicas?.seen(service, ROUTER_PORT) === null) await replicas.look(service, ROUTER_PORT);
	const seen = replicas?.seen(service, ROUTER_PORT) ?? [];
	return seen[Math.floor(Math.random() * seen.length)] ?? network.address(service, ROUTER_PORT);
}

/** For what an older command deployed, which says it by no variable. */
function routerOf({ routerService, servicePrefix }: RailwayPluginOptions): string {
	return stackNames({ router: routerService }, parseServicePrefix(servicePrefix)).router;
}
