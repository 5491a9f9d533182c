import type { Clock } from 'pulse-deploy-kit/clock';

const TRIES = 3;
const TRY_MS = 2000;
const PAUSE_MS = 500;

/** What Fargate tells a task of itself (docs/platform-facts/aws.md §2, task metadata). */
export interface OwnTask {
	readonly id: string;
	/** Name or ARN. */
	readonly cluster: string;
	/** Private IPv4 address; `null` where it is not told. */
	readonly address: string | null;
}

/** `null`: not on Fargate, or it does not answer. Never fails. */
export async function readOwnTask(
	metadataUri: string | null,
	clock: Clock,
	signal: AbortSignal,
): Promise<OwnTask | null> {
	for (let attempt = 1; metadataUri !== null && attempt <= TRIES; attempt++) {
		const task = await ask(`${metadataUri}/task`, signal);
		if (task !== null) return task;
		if (attempt < TRIES) await clock.sleep(PAUSE_MS, signal);
	}
	return null;
}

async function ask(url: string, signal: AbortSignal): Promise<OwnTask | null> {
	try {
		const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]) });
		const told = (await response.json()) as Metadata | null;
		const id = typeof told?.TaskARN === 'string' ? told.TaskARN.split('/').at(-1) : undefined;
		if (!id) return null;
		const cluster = typeof told?.Cluster === 'string' ? told.Cluster : '';
		return { id, cluster, address: addressIn(told) };
	} catch {
		return null;
	}
}

interface Metadata {
	readonly TaskARN?: unknown;
	readonly Cluster?: unknown;
	readonly Containers?: readonly { readonly Networks?: readonly { readonly IPv4Addresses?: readonly unknown[] }[] }[];
}

/** All containers of a task have its one address; a container that has not started yet has none. */
function addressIn(told: Metadata | null): string | null {
	const found = (told?.Containers ?? [])
		.flatMap(({ Networks }) => Networks ?? [])
		.flatMap(({ IPv4Addresses }) => IPv4Addresses ?? []);
	return found.find((address): address is string => typeof address === 'string') ?? null;
}
