import { Refusal } from '../../refusal.ts';
import { newId } from '../../world/ids.ts';
import { deploymentsOf, instanceOf } from '../../world/lookup.ts';
import type { InstanceRow } from '../../world/model.ts';
import { IN_PROGRESS } from '../../world/model.ts';
import { demandDeployment, demandEnvironment, demandService } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { deploymentNode, domainNode } from '../nodes.ts';

interface InstanceArguments {
	serviceId: string;
	environmentId: string;
}

function instanceFor({ caller, data, world }: ApiContext, args: InstanceArguments): InstanceRow {
	demandEnvironment(caller, data, args.environmentId);
	demandService(caller, data, args.serviceId);
	return instanceOf(world.data, args.serviceId, args.environmentId);
}

/** The deployment's own service with the settings and variables of now. */
function redeploy(context: ApiContext, instance: InstanceRow): string {
	const latest = deploymentsOf(context.world.data, instance.id)[0];
	if (latest && IN_PROGRESS.has(latest.status) && latest.status !== 'DEPLOYING') {
		throw new Refusal('Cannot redeploy yet, please wait for the original deployment to finish building');
	}
	return context.fleet.deploy(instance).id;
}

export const deploymentMutations = {
	serviceInstanceDeployV2: (args: InstanceArguments, context: ApiContext) =>
		context.fleet.deploy(instanceFor(context, args)).id,

	serviceInstanceDeploy: (args: InstanceArguments, context: ApiContext) => {
		context.fleet.deploy(instanceFor(context, args));
		return true;
	},

	serviceInstanceRedeploy: (args: InstanceArguments, context: ApiContext) => {
		redeploy(context, instanceFor(context, args));
		return true;
	},

	deploymentRedeploy: ({ id }: { id: string }, context: ApiContext) => {
		const row = demandDeployment(context.caller, context.data, id);
		const instance = context.world.data.instances[row.instanceId]!;
		return deploymentNode(context.world.data.deployments[redeploy(context, instance)]!, context);
	},

	deploymentRestart: async ({ id }: { id: string }, context: ApiContext) => {
		demandDeployment(context.caller, context.data, id);
		await context.fleet.restart(id);
		return true;
	},

	deploymentCancel: end,
	deploymentStop: end,
	deploymentRemove: end,

	/** Runs a cron service now (facts §2.3). */
	deploymentInstanceExecutionCreate: ({ input }: { input: { serviceInstanceId: string } }, context: ApiContext) => {
		const instance = context.world.data.instances[input.serviceInstanceId];
		if (!instance) throw new Refusal('ServiceInstance not found');
		demandEnvironment(context.caller, context.data, instance.environmentId);
		context.fleet.runCronNow(instance);
		return true;
	},

	/** Not idempotent: each call makes another domain (facts §2.5). */
	serviceDomainCreate: async (
		{ input }: { input: InstanceArguments & { targetPort?: number | null } },
		context: ApiContext,
	) => {
		const instance = instanceFor(context, input);
		const port = await context.openDomain(instance.id);
		const row = context.world.change((data) => {
			const created = {
				id: newId(),
				instanceId: instance.id,
				domain: `127.0.0.1:${port}`,
				port,
				targetPort: input.targetPort ?? null,
				createdAt: context.now(),
			};
			data.domains[created.id] = created;
			return created;
		});
		return domainNode(row, instance, context);
	},

	serviceDomainDelete: ({ id }: { id: string }, context: ApiContext) => {
		const row = context.world.data.domains[id];
		const instance = row && context.world.data.instances[row.instanceId];
		if (!instance) throw new Refusal('ServiceDomain not found');
		demandEnvironment(context.caller, context.data, instance.environmentId);
		context.world.change((data) => {
			delete data.domains[id];
		});
		context.closeDomain(row.port);
		return true;
	},
};

function end({ id }: { id: string }, context: ApiContext): true {
	demandDeployment(context.caller, context.data, id);
	context.fleet.remove(id);
	return true;
}
