import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '../../refusal.ts';
import { newId } from '../../world/ids.ts';
import { environmentsOf, instanceOf, instances } from '../../world/lookup.ts';
import { applyPatch } from '../../world/patch.ts';
import { createProject } from '../../world/projects.ts';
import { checkedName, createService } from '../../world/services.ts';
import { type SettingsInput, writeSettings } from '../../world/settings.ts';
import { writeVariables } from '../../world/variables.ts';
import { demandEnvironment, demandProject, demandService } from '../caller.ts';
import type { ApiContext } from '../context.ts';
import { deployTemplate } from '../deploy-template.ts';
import { serviceNode } from '../nodes.ts';
import { deleteService } from './delete-service.ts';

interface ServiceCreateInput {
	projectId: string;
	environmentId?: string | null;
	name?: string | null;
	icon?: string | null;
	source?: { image?: string | null; repo?: string | null } | null;
	variables?: Record<string, unknown> | null;
	templateId?: string | null;
	templateServiceId?: string | null;
}

interface TemplateDeployInput {
	templateId: string;
	serializedConfig: unknown;
	projectId?: string | null;
	environmentId?: string | null;
	workspaceId?: string | null;
	stageOnly?: boolean | null;
}

export const serviceMutations = {
	/** With a source it deploys at once, in every environment (facts §2.2). */
	serviceCreate: ({ input }: { input: ServiceCreateInput }, context: ApiContext) => {
		const { caller, data, world, fleet, now } = context;
		demandProject(caller, data, input.projectId);
		if (input.environmentId) demandEnvironment(caller, data, input.environmentId);
		if (input.source?.repo) throw new Refusal('Repositories are not supported by the local platform');
		const variables = writeVariables({}, input.variables ?? {}, true);
		const row = world.change((current) =>
			createService(current, { ...input, image: input.source?.image ?? null, variables }, now()),
		);
		if (input.source?.image) {
			for (const instance of instances(world.data)) if (instance.serviceId === row.id) fleet.deploy(instance);
		}
		return serviceNode(row, context);
	},

	serviceUpdate: (
		{ id, input }: { id: string; input: { name?: string | null; icon?: string | null } },
		context: ApiContext,
	) => {
		const { caller, data, world } = context;
		const row = demandService(caller, data, id);
		world.change((current) => {
			const service = current.services[id]!;
			if (input.icon !== undefined) service.icon = input.icon;
			if (input.name == null || input.name === service.name) return;
			const before = service.name;
			service.name = checkedName(current, service.projectId, input.name);
			for (const instance of instances(current)) {
				if (instance.serviceId === id) context.renamePrivateAddress(instance.environmentId, before, service.name);
			}
		});
		return serviceNode(world.data.services[row.id]!, context);
	},

	serviceDelete: ({ id, environmentId }: { id: string; environmentId?: string | null }, context: ApiContext) => {
		demandService(context.caller, context.data, id);
		if (environmentId) {
			demandEnvironment(context.caller, context.data, environmentId);
			instanceOf(context.data, id, environmentId);
		}
		deleteService(context, id, environmentId ?? null);
		return true;
	},

	/** Settings wait for the next deployment (facts §2.2). */
	serviceInstanceUpdate: (
		args: { serviceId: string; environmentId?: string | null; input: SettingsInput & { railwayConfigFile?: unknown } },
		{ caller, data, world, now }: ApiContext,
	) => {
		demandService(caller, data, args.serviceId);
		const environmentId = args.environmentId ?? onlyEnvironment(data, args.serviceId);
		demandEnvironment(caller, data, environmentId);
		if (args.input.railwayConfigFile) throw new Refusal('Config as code is not available for new services');
		if (args.input.source?.repo) throw new Refusal('Repositories are not supported by the local platform');
		return world.change((current) => {
			const instance = instanceOf(current, args.serviceId, environmentId);
			const before = instance.settings;
			instance.settings = writeSettings(before, args.input);
			instance.updatedAt = now();
			return !isDeepStrictEqual(before, instance.settings);
		});
	},

	/** Commits this patch alone and deploys what it touches, once each; grouping deploys nothing (facts §2.7). */
	environmentPatchCommit: (args: { environmentId: string; patch?: unknown }, context: ApiContext) => {
		const { caller, data, world, fleet, now } = context;
		const environment = demandEnvironment(caller, data, args.environmentId);
		const patchId = newId();
		const affected = world.change((current) =>
			applyPatch(current, current.environments[environment.id]!, args.patch ?? {}, now()),
		);
		for (const instance of affected) {
			if (instance.settings.image !== null || instance.snapshotId !== null) fleet.deploy(instance, { patchId });
		}
		return patchId;
	},

	templateDeployV2: ({ input }: { input: TemplateDeployInput }, context: ApiContext) => {
		const { caller, world, now } = context;
		if (input.stageOnly) throw new Refusal('Staged template deploys are not supported by the local platform');
		const projectId = input.projectId ?? newTemplateProject(context);
		demandProject(caller, world.data, projectId);
		const environmentId = input.environmentId ?? environmentsOf(world.data, projectId)[0]!.id;
		const environment = demandEnvironment(caller, world.data, environmentId);
		if (environment.projectId !== projectId) throw new Refusal('Environment not found');
		const workflowId = deployTemplate(context, environment, input.templateId, input.serializedConfig);
		return { projectId, workflowId };

		function newTemplateProject({ caller, world }: ApiContext): string {
			if (caller.kind === 'project') return caller.token.projectId;
			return world.change((data) => createProject(data, { workspaceId: input.workspaceId ?? null }, now())).id;
		}
	},
};

function onlyEnvironment(data: ApiContext['data'], serviceId: string): string {
	const own = instances(data).filter((row) => row.serviceId === serviceId);
	if (own.length !== 1) throw new Refusal('environmentId is required', 'BAD_USER_INPUT');
	return own[0]!.environmentId;
}
