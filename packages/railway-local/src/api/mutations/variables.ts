import { instanceOf } from '../../world/lookup.ts';
import type { InstanceRow, Variables } from '../../world/model.ts';
import { readersOfShared, writeVariables } from '../../world/variables.ts';
import { demandEnvironment } from '../caller.ts';
import type { ApiContext } from '../context.ts';

interface Scope {
	projectId: string;
	environmentId: string;
	/** Without it: the shared variables. */
	serviceId?: string | null;
}

export const variableMutations = {
	variableUpsert: (
		{ input }: { input: Scope & { name: string; value: string; skipDeploys?: boolean | null } },
		context: ApiContext,
	) =>
		write(context, input, input.skipDeploys === true, (current) =>
			writeVariables(current, { [input.name]: input.value }, false),
		),

	variableCollectionUpsert: (
		{
			input,
		}: {
			input: Scope & { variables: Record<string, unknown>; replace?: boolean | null; skipDeploys?: boolean | null };
		},
		context: ApiContext,
	) =>
		write(context, input, input.skipDeploys === true, (current) =>
			writeVariables(current, input.variables, input.replace === true),
		),

	/** Has no skipDeploys, so it always deploys (facts §2.4). Deleting what is not there is fine. */
	variableDelete: ({ input }: { input: Scope & { name: string } }, context: ApiContext) =>
		write(context, input, false, (current) => {
			const { [input.name]: _gone, ...rest } = current;
			return rest;
		}),
};

/** Applied at once; services that have been deployed are deployed anew unless the caller skips it (facts §2.4). */
function write(
	{ caller, data, world, fleet, now }: ApiContext,
	scope: Scope,
	skipDeploys: boolean,
	edit: (current: Variables) => Variables,
): true {
	demandEnvironment(caller, data, scope.environmentId);
	const affected = world.change((current): InstanceRow[] => {
		if (!scope.serviceId) {
			const environment = current.environments[scope.environmentId]!;
			environment.variables = edit(environment.variables);
			return readersOfShared(current, environment.id);
		}
		const instance = instanceOf(current, scope.serviceId, scope.environmentId);
		instance.variables = edit(instance.variables);
		instance.updatedAt = now();
		return [instance];
	});
	if (skipDeploys) return true;
	for (const instance of affected) if (instance.activeDeploymentId !== null) fleet.deploy(instance);
	return true;
}
