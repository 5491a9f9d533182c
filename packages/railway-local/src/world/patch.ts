import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { instanceOf, projectOf } from './lookup.ts';
import type { EnvironmentRow, InstanceRow, Variables, WorldData } from './model.ts';
import { type SettingsInput, writeSettings } from './settings.ts';
import { readersOfShared } from './variables.ts';

const text = z.string().nullable().optional();
const integer = z.int().nullable().optional();
const flag = z.boolean().nullable().optional();
const variable = z
	.strictObject({
		value: z.string().optional(),
		defaultValue: text,
		description: text,
		isOptional: flag,
		isSealed: flag,
		generator: text,
	})
	.nullable();

/** The part of EnvironmentConfig that can be changed here. Unknown keys are refused, as there (facts §2.7). */
const patchShape = z.strictObject({
	services: z
		.record(
			z.string(),
			z.strictObject({
				source: z.strictObject({ image: text, repo: text, rootDirectory: text }).optional(),
				variables: z.record(z.string(), variable).optional(),
				build: z
					.strictObject({
						builder: text,
						buildCommand: text,
						dockerfilePath: text,
						watchPatterns: z.array(z.string()).optional(),
					})
					.optional(),
				deploy: z
					.strictObject({
						startCommand: text,
						preDeployCommand: z
							.union([z.string(), z.array(z.string())])
							.nullable()
							.optional(),
						healthcheckPath: text,
						healthcheckTimeout: integer,
						numReplicas: integer,
						multiRegionConfig: z.unknown().optional(),
						cronSchedule: text,
						restartPolicyType: z.enum(['ALWAYS', 'NEVER', 'ON_FAILURE']).nullable().optional(),
						restartPolicyMaxRetries: integer,
						sleepApplication: flag,
						overlapSeconds: integer,
						drainingSeconds: integer,
						region: text,
						ipv6EgressEnabled: flag,
					})
					.optional(),
				groupId: text,
			}),
		)
		.optional(),
	sharedVariables: z.record(z.string(), variable).optional(),
	groups: z.record(z.string(), z.looseObject({ name: text }).nullable()).optional(),
});

/** Applies a patch whole or not at all; returns the instances that need a new deployment. */
export function applyPatch(data: WorldData, environment: EnvironmentRow, patch: unknown, at: number): InstanceRow[] {
	const parsed = patchShape.safeParse(patch);
	if (!parsed.success)
		throw new Refusal(`Invalid environment patch: ${z.prettifyError(parsed.error)}`, 'BAD_USER_INPUT');
	const { services = {}, sharedVariables, groups = {} } = parsed.data;
	const known = projectOf(data, environment.projectId).groups;
	const planned = Object.entries(services).map(([serviceId, change]) => {
		const instance = instanceOf(data, serviceId, environment.id);
		const { variables, source, build, deploy, groupId } = change;
		if (groupId != null && !(groupId in known) && !(groupId in groups)) throw new Refusal('Group not found');
		const preDeploy = deploy?.preDeployCommand;
		const input = {
			...build,
			...deploy,
			...(preDeploy === undefined ? {} : { preDeployCommand: typeof preDeploy === 'string' ? [preDeploy] : preDeploy }),
			...(source?.rootDirectory === undefined ? {} : { rootDirectory: source.rootDirectory }),
			...(source === undefined ? {} : { source }),
		} as SettingsInput;
		return {
			instance,
			settings: writeSettings(instance.settings, input),
			variables: variables ? merge(instance.variables, variables) : instance.variables,
			groupId: groupId === undefined ? instance.groupId : groupId,
			redeploy: Boolean(variables ?? source ?? build ?? deploy),
		};
	});
	for (const [id, group] of Object.entries(groups)) {
		if (group === null) delete known[id];
		else known[id] = { name: group.name ?? null };
	}
	if (sharedVariables) environment.variables = merge(environment.variables, sharedVariables);
	for (const { instance, ...next } of planned) {
		instance.settings = next.settings;
		instance.variables = next.variables;
		instance.groupId = next.groupId;
		instance.updatedAt = at;
	}
	const affected = new Set(planned.filter(({ redeploy }) => redeploy).map(({ instance }) => instance));
	if (sharedVariables) for (const reader of readersOfShared(data, environment.id)) affected.add(reader);
	return [...affected];
}

/** Absent stays, null deletes, `isSealed` seals for good (facts §2.7, §7). */
function merge(current: Variables, changes: Readonly<Record<string, z.infer<typeof variable>>>): Variables {
	const next = { ...current };
	for (const [name, change] of Object.entries(changes)) {
		if (change === null) delete next[name];
		else {
			const before = current[name];
			next[name] = {
				value: change.value ?? before?.value ?? '',
				sealed: (before?.sealed ?? false) || change.isSealed === true,
			};
		}
	}
	return next;
}
