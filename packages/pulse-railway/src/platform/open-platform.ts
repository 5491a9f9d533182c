import { failureReason, lastLines, openBuildLogs } from './build-logs.ts';
import { configure, instanceInput } from './configure.ts';
import type { Connection } from './connection.ts';
import { ensureDomain } from './domains.ts';
import { isPlatformError } from './error.ts';
import { isWholeProject } from './iac-owner.ts';
import { deployment, openObserver } from './observe.ts';
import { deployService, readDeployment, readDeploymentLogs, redeploy } from './operations/deployments.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import { commitPatch, updateInstance } from './operations/services.ts';
import { readUsage } from './operations/usage.ts';
import { deleteVariable, upsertVariables } from './operations/variables.ts';
import { placed } from './placing.ts';
import type { Platform } from './port.ts';
import { createProjectToken, deleteProjectTokens, mayListTokens } from './project-tokens.ts';
import { removeDeployment } from './remove-deployment.ts';
import { createService, deleteService } from './services.ts';
import { deployTemplateAs } from './templates.ts';
import { upload } from './upload.ts';
import { usageOf } from './usage.ts';

/** One environment of one project, over the GraphQL API. */
export function openPlatform(connection: Connection, target: EnvironmentIds): Platform {
	const scope = (serviceId: string | null) => ({ ...target, ...(serviceId === null ? {} : { serviceId }) });
	const { environmentId } = target;

	return {
		observe: openObserver(connection, target),

		async usage(since, signal) {
			const startDate = new Date(since).toISOString();
			return usageOf((await connection.run(readUsage, { ...target, startDate }, signal)).metrics);
		},

		createService: (input, signal) => createService(connection, target, input, signal),
		deleteService: (serviceId, signal) => deleteService(connection, target, serviceId, signal),

		isWholeProject: (signal) => isWholeProject(connection, target, signal),
		mayListTokens: (signal) => mayListTokens(connection, target, signal),

		async setVariables(serviceId, variables, signal) {
			const secrets = Object.values(variables);
			if (secrets.length === 0) return;
			const input = { ...scope(serviceId), variables, replace: false, skipDeploys: true } as const;
			await connection.run(upsertVariables, { input }, signal, { secrets });
		},

		configure: (changes, signal) => configure(connection, target, changes, signal),

		async deleteVariable(serviceId, name, signal) {
			try {
				await connection.run(deleteVariable, { input: { ...scope(serviceId), name } }, signal);
			} catch (error) {
				if (!isPlatformError(error, 'not-found')) throw error;
			}
		},

		async updateInstance(serviceId, settings, signal) {
			const [change] = await placed(connection, target, [{ serviceId, settings }], signal);
			const input = instanceInput(change?.settings ?? settings);
			await connection.run(updateInstance, { serviceId, environmentId, input }, signal);
		},

		async setGroup(groupId, serviceIds, signal) {
			if (serviceIds.length === 0) return;
			const services = Object.fromEntries(serviceIds.map((id) => [id, { groupId }]));
			const commitMessage = 'Group the services of this stack';
			await connection.run(commitPatch, { environmentId, patch: { services }, commitMessage }, signal);
		},

		upload: (serviceId, archive, signal, onProgress = () => {}) =>
			upload(connection, target, serviceId, archive, signal, onProgress),

		async deployService(serviceId, signal) {
			const answer = await connection.run(deployService, { serviceId, environmentId }, signal);
			return { deploymentId: answer.serviceInstanceDeployV2 };
		},

		async redeploy(deploymentId, signal) {
			const answer = await connection.run(redeploy, { id: deploymentId }, signal);
			return { deploymentId: answer.deploymentRedeploy.id };
		},

		removeDeployment: (deploymentId, signal) => removeDeployment(connection, deploymentId, signal),

		async deployment(deploymentId, signal) {
			return deployment((await connection.run(readDeployment, { id: deploymentId }, signal)).deployment);
		},

		buildLogs: openBuildLogs(connection),
		failureReason: (deploymentId, signal) => failureReason(connection, deploymentId, signal),

		async deploymentLogs(deploymentId, limit, signal, since = null) {
			const startDate = since === null ? null : new Date(since).toISOString();
			const variables = { deploymentId, limit, startDate };
			return lastLines((await connection.run(readDeploymentLogs, variables, signal)).logs, limit);
		},

		ensureDomain: (serviceId, targetPort, signal) => ensureDomain(connection, target, serviceId, targetPort, signal),

		deployTemplate: (code, serviceNames, omit, signal, confirm) =>
			deployTemplateAs(connection, target, code, serviceNames, omit, signal, confirm),

		createProjectToken: (name, signal) => createProjectToken(connection, target, name, signal),
		deleteProjectTokens: (name, signal) => deleteProjectTokens(connection, target, name, signal),
	};
}
