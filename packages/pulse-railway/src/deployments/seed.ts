import { z } from 'zod';
import { isDeploymentId } from './id.ts';
import type { DurableTruth } from './store.ts';

/** The durable truth as `upgrade` saw it, for a router whose store has no active deployment yet. */
export interface Seed {
	readonly truth: DurableTruth;
	/** Unix milliseconds: a router that starts later has to be told by the janitor instead, because the truth moved on. */
	readonly until: number;
}

const id = z.string().refine(isDeploymentId);
const shape = z.object({
	activeId: id,
	services: z.record(id, z.string().min(1)),
	until: z.int(),
});

/** `null` for anything but what {@link seedText} writes. */
export function parseSeed(text: string): Seed | null {
	try {
		const { activeId, services, until } = shape.parse(JSON.parse(text));
		const entries = Object.entries(services).map(([id, serviceName]) => ({ id, serviceName }));
		return activeId in services ? { truth: { activeId, services: entries }, until } : null;
	} catch {
		return null;
	}
}

export function seedText({ truth, until }: Seed): string {
	const services = Object.fromEntries(truth.services.map(({ id, serviceName }) => [id, serviceName]));
	return JSON.stringify({ activeId: truth.activeId, services, until });
}
