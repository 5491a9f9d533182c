import { usageError } from 'pulse-deploy-kit/errors';
import type { Secret } from 'pulse-deploy-kit/secret';
import { secret, text } from 'pulse-deploy-kit/setting-kinds';
import type { Setting, SettingTable } from 'pulse-deploy-kit/settings';
import type { RememberedTarget } from './remembered.ts';

/** Which project and environment: by id, else by name. Plugin options win over the environment (contract R5.2). */
export const targetSettings = {
	projectId: {
		flag: '--project-id <id>',
		describe: 'Railway project',
		env: ['RAILWAY_PROJECT_ID'],
		plugin: 'projectId',
		pluginFirst: true,
		parse: text,
	},
	environmentId: {
		flag: '--environment-id <id>',
		describe: 'environment of the project',
		env: ['RAILWAY_ENVIRONMENT_ID'],
		plugin: 'environmentId',
		pluginFirst: true,
		parse: text,
	},
	project: { flag: '--project <name>', describe: 'Railway project, by name', plugin: 'project', parse: text },
	environment: {
		flag: '--environment <name>',
		describe: 'environment, by name',
		plugin: 'environment',
		parse: text,
	},
	workspaceId: { flag: '--workspace-id <id>', describe: 'workspace that --project is looked for in', parse: text },
	workspace: {
		flag: '--workspace <name>',
		describe: 'workspace that --project is looked for in, by name',
		parse: text,
	},
	token: {
		flag: '--token <token>',
		describe: 'Railway token; prefer RAILWAY_TOKEN (project) or RAILWAY_API_TOKEN (account, workspace)',
		parse: secret,
	} as Setting<Secret>,
} satisfies SettingTable;

/** What the user said about where; resolved to ids by the account. */
export interface TargetRequest {
	readonly projectId: string | undefined;
	readonly environmentId: string | undefined;
	readonly project: string | undefined;
	readonly environment: string | undefined;
	/** Narrows the search for a project by name. */
	readonly workspaceId: string | undefined;
	readonly workspace: string | undefined;
	/** What `init` made: the target where none of the others is given. */
	readonly remembered?: RememberedTarget | undefined;
}

/** Refuses a name together with an id given by the same hand (contract R5.22). */
export function targetRequest(
	values: TargetRequest,
	flags: Readonly<Record<string, unknown>>,
	remembered?: RememberedTarget,
): TargetRequest {
	for (const [name, id] of [
		['project', 'projectId'],
		['environment', 'environmentId'],
		['workspace', 'workspaceId'],
	] as const) {
		if (flags[name] !== undefined && flags[id] !== undefined) {
			throw usageError(`give either the ${name} name or ${name} id, not both`);
		}
	}
	const { project, environment, workspace } = values;
	return {
		project,
		environment,
		workspace,
		workspaceId: flags.workspace === undefined ? values.workspaceId : undefined,
		// A name typed as a flag wins over an id from the plugin or the environment.
		projectId: flags.project === undefined ? values.projectId : undefined,
		environmentId: flags.environment === undefined ? values.environmentId : undefined,
		remembered,
	};
}
