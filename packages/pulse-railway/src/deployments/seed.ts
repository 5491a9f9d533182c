import { isDeploymentId } from './id.ts';
import type { DurableTruth } from './store.ts';

/** The durable truth as `upgrade` saw it, for a router whose store has no active deployment yet. */
export interface Seed {
	readonly truth: DurableTruth;
	/** Unix milliseconds: a router that starts later has to be told by the janitor instead, because the truth moved on. */
	readonly until: number;
}

/** `null` for anything but what {@link seedText} writes. By hand, since every command loads this file, and zod takes its time. */
export function parseSeed(text: string): Seed | null {
	try {
		const { activeId, services, until } = JSON.parse(text);
		const entries = Object.entries(services).map(([id, serviceName]) => ({ id, serviceName: String(serviceName) }));
		const isRight =
			Object.values(services).every((name) => typeof name === 'string' && name !== '') &&
			entries.every(({ id }) => isDeploymentId(id)) &&
			Object.hasOwn(services, activeId) &&
			Number.isSafeInteger(until);
		return isRight ? { truth: { activeId, services: entries }, until } : null;
	} catch {
		return null;
	}
}

export function seedText({ truth, until }: Seed): string {
	const services = Object.fromEntries(truth.services.map(({ id, serviceName }) => [id, serviceName]));
	return JSON.stringify({ activeId: truth.activeId, services, until });
}
