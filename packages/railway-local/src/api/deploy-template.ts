import { z } from 'zod';
import { knownImage } from '../build/image.ts';
import { Refusal } from '../refusal.ts';
import { pause } from '../runtime/pause.ts';
import { newId, newToken } from '../world/ids.ts';
import { instanceOf, servicesOf } from '../world/lookup.ts';
import type { EnvironmentRow, InstanceRow, Variables } from '../world/model.ts';
import { createService } from '../world/services.ts';
import { type SettingsInput, writeSettings } from '../world/settings.ts';
import type { TemplateConfig, TemplateService } from '../world/templates.ts';
import type { ApiContext } from './context.ts';

const shape = z.looseObject({
	services: z.record(
		z.string(),
		z.looseObject({
			name: z.string().min(1),
			icon: z.string().nullish(),
			source: z.looseObject({ image: z.string().nullish(), repo: z.string().nullish() }).nullish(),
			deploy: z.record(z.string(), z.unknown()).nullish(),
			variables: z
				.record(z.string(), z.looseObject({ defaultValue: z.string().nullish(), value: z.string().nullish() }))
				.optional(),
			groupId: z.string().nullish(),
		}),
	),
});

/** Creates a template's services one after the other, then deploys them, while the caller polls (facts §2.6). */
export function deployTemplate(
	context: ApiContext,
	environment: EnvironmentRow,
	templateId: string,
	serialized: unknown,
): string {
	const parsed = shape.safeParse(serialized);
	if (!parsed.success) throw new Refusal(`Invalid template config: ${z.prettifyError(parsed.error)}`, 'BAD_USER_INPUT');
	const config = parsed.data as TemplateConfig;
	const { world, now } = context;
	const id = newId();
	world.change((data) => {
		data.workflows[id] = { id, createdAt: now(), status: 'Running', found: false, error: null };
	});
	context.inBackground(async () => {
		try {
			await createAll(context, environment, templateId, config);
			world.change((data) => {
				data.workflows[id]!.status = 'Complete';
			});
		} catch (error) {
			world.change((data) => {
				data.workflows[id] = { ...data.workflows[id]!, status: 'Error', error: (error as Error).message };
			});
		}
	});
	return id;
}

async function createAll(context: ApiContext, environment: EnvironmentRow, templateId: string, config: TemplateConfig) {
	const { world, fleet, now, behaviour } = context;
	const groups = new Map<string, string>();
	const created: InstanceRow[] = [];
	for (const [templateServiceId, service] of Object.entries(config.services)) {
		await pause(behaviour.transitionMs, new AbortController().signal);
		const instance = world.change((data) => {
			const taken = servicesOf(data, environment.projectId).some((row) => row.name === service.name);
			const row = createService(
				data,
				{
					projectId: environment.projectId,
					name: taken ? `${service.name.slice(0, 27)}-${newId().slice(0, 4)}` : service.name,
					icon: service.icon ?? null,
					image: service.source?.image ?? null,
					repo: service.source?.repo ?? null,
					templateId,
					templateServiceId,
				},
				now(),
			);
			const instance = instanceOf(data, row.id, environment.id);
			instance.settings = writeSettings(instance.settings, (service.deploy ?? {}) as SettingsInput);
			if (service.groupId != null) {
				const groupId = groups.get(service.groupId) ?? newId();
				groups.set(service.groupId, groupId);
				data.projects[environment.projectId]!.groups[groupId] ??= { name: service.groupId };
				instance.groupId = groupId;
			}
			return instance;
		});
		const overrides = await addressOverrides(context, instance, service);
		world.change(() => {
			instance.variables = templateVariables(service, overrides);
		});
		created.push(instance);
	}
	await world.saved();
	for (const instance of created) if (instance.settings.image !== null) fleet.deploy(instance);
}

async function addressOverrides(
	context: ApiContext,
	instance: InstanceRow,
	service: TemplateService,
): Promise<Record<string, string>> {
	if (!service.source?.image || knownImage(service.source.image) !== 'redis') return {};
	const address = await context.redisAddress(instance.id);
	if (address.kind === 'sqlite') return { REDIS_URL: address.url };
	return { REDISHOST: '127.0.0.1', REDISPORT: String(address.port) };
}

/** `${{secret(n)}}` is made once, here; every other reference stays as written. */
function templateVariables(service: TemplateService, overrides: Record<string, string>): Variables {
	const entries = Object.entries(service.variables ?? {}).map(([name, { value, defaultValue }]) => {
		const written = (overrides[name] ?? value ?? defaultValue ?? '').replace(
			/\$\{\{\s*secret\((\d*).*?\)\s*\}\}/g,
			(_m, size) =>
				newToken()
					.replace(/[-_]/g, 'x')
					.slice(0, Number(size || 32)),
		);
		return [name, { value: written, sealed: false }] as const;
	});
	return Object.fromEntries(entries);
}
