import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { spanText } from 'pulse-deploy-kit/moment';
import { type Preview, type PreviewTerms, previewAddress } from 'pulse-deploy-kit/preview';
import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';
import type { StackObservation } from '../platform/port.ts';
import { type BackendService, durableActiveId } from '../stack/durable.ts';

/** By the router's clock, which is the one that it is deleted by. */
export function previewOf(
	{ preview }: { readonly preview: PreviewTerms | undefined },
	{ now }: { readonly now: number },
): Preview | undefined {
	return preview === undefined ? undefined : { name: preview.name, until: now + preview.forMs };
}

/** What a deploy as a preview means, and that the stack can have one. @throws usage error before the first promotion, and for an older router */
export function previewFacts(
	facts: { readonly live: RoutingSnapshot; readonly previews?: boolean; readonly now: number },
	{ id, activeId, terms, address }: { id: string; activeId: string | null; terms: PreviewTerms; address: string },
): readonly string[] {
	if (activeId === null) {
		throw usageError(
			'nothing is active yet, beside which a preview could run',
			'Leave --preview out: pulse-railway deploy',
		);
	}
	if (facts.previews !== true) {
		throw new DeployToolError('baseline', 'the router is of an older version, which knows no previews', {
			fault: 'user',
			next: 'Run pulse-railway upgrade first.',
		});
	}
	const replaced = previewsNamed(facts.live, terms.name, facts.now);
	return [
		`A preview, ${terms.name}: only ${previewAddress(address, id)} leads there. ${activeId} stays active`,
		`Deleted after ${spanText(terms.forMs / 1000)}; Railway bills its memory and CPU until then`,
		...(replaced.length === 0 ? [] : [`Takes the place of ${replaced.join(', ')}, which the janitor deletes`]),
	];
}

/** Ids of those whose time is not over. */
export function previewsNamed({ deployments }: RoutingSnapshot, name: string, now: number): readonly string[] {
	return deployments
		.filter(({ state, preview }) => state === 'draining' && preview?.name === name && preview.until > now)
		.map(({ id }) => id);
}

/**
 * Also of one whose deploy was killed before it became a preview, and where the store lost its data: its service says it from
 * its creation on. What an older command made active all the same is one as any, whatever its service goes on to say.
 * @throws DeployToolError `deployment-state`
 */
export function refusePreview(
	observation: StackObservation,
	record: DeploymentRecord | undefined,
	{ id, preview }: BackendService,
): void {
	const isNew = (record === undefined || record.state === 'pending') && durableActiveId(observation) !== id;
	const { name } = record?.preview ?? (isNew ? preview : undefined) ?? {};
	if (name === undefined) return;
	throw new DeployToolError('deployment-state', `${id} is the preview ${name}, which never becomes active`, {
		fault: 'user',
		next: 'Deploy that version: pulse-railway deploy',
	});
}
