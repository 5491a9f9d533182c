import type { Lane, Stack } from '../../test/e2e/faults/lane.ts';

/** Deployments that stand and drain, as earlier deploys would have left them, but without processes. */
export async function seedDeployments(lane: Lane, stack: Stack, count: number): Promise<void> {
	const { activeId } = await stack.store.snapshot();
	const { projectId, environmentId } = stack;
	for (let index = 0; index < count; index++) {
		const id = `seed-${String(index).padStart(3, '0')}`;
		await lane.graphql('mutation($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }', {
			input: { projectId, environmentId, name: id, variables: { PULSE_DEPLOYMENT_ID: id } },
		});
		await stack.store.promote(id, id);
	}
	if (activeId !== null) await stack.store.promote(activeId, activeId);
}
