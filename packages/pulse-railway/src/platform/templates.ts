import { z } from 'zod';
import type { Connection } from './connection.ts';
import { createOnce } from './create-once.ts';
import { isPassing, isPlatformError, PlatformError } from './error.ts';
import { findServices } from './observe.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import { deployTemplate, readTemplate, readWorkflow } from './operations/templates.ts';
import { adaptTemplate, missingServices, type TemplateConfig } from './template-config.ts';

const configShape = z.looseObject({
	services: z.record(
		z.string(),
		z.looseObject({
			name: z.string(),
			variables: z
				.record(
					z.string(),
					z.looseObject({ value: z.string().nullish(), defaultValue: z.string().nullish() }).nullable(),
				)
				.nullish(),
		}),
	),
});

/** As long as the Railway CLI waits: a poll a second, 120 times. */
const POLL_MS = 1_000;
const POLLS = 120;

export async function deployTemplateAs(
	connection: Connection,
	target: EnvironmentIds,
	code: string,
	serviceNames: Readonly<Record<string, string>>,
	omit: readonly string[],
	signal: AbortSignal,
	confirm?: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
	// Templates are public, and a project token may not read them.
	const { template } = await connection.run(readTemplate, { code }, signal, { auth: 'none' });
	const config = parseConfig(code, template.serializedConfig);
	const expected = Object.keys(serviceNames).filter((name) => !omit.includes(name));
	const missing = missingServices(config, expected);
	if (missing.length > 0)
		throw rejected(`template ${code} is missing expected services: ${missing.join(', ')}`, 'Update pulse-railway.');

	const input = { ...target, templateId: template.id, serializedConfig: adaptTemplate(config, serviceNames, omit) };
	const workflowId = await createOnce(connection, signal, {
		create: async () => {
			await confirm?.(signal);
			return (await connection.run(deployTemplate, { input }, signal)).templateDeployV2.workflowId ?? null;
		},
		find: async () => {
			const existing = await findServices(connection, target, signal);
			return expected.some((name) => existing.has(serviceNames[name] ?? name)) ? null : undefined;
		},
	});
	// Without a workflow to ask, the caller's wait for the services is all there is.
	if (workflowId !== null) await finished(connection, code, workflowId, signal);
}

async function finished(connection: Connection, code: string, workflowId: string, signal: AbortSignal): Promise<void> {
	for (let poll = 0; poll < POLLS; poll++) {
		const workflowStatus = await statusOf(connection, workflowId, signal);
		if (workflowStatus === null) return;
		if (workflowStatus.status === 'Complete') return;
		if (workflowStatus.status === 'Error')
			throw rejected(`Railway could not deploy template ${code}: ${workflowStatus.error ?? 'no reason given'}`);
		// `NotFound` is normal shortly after the start.
		await connection.clock.sleep(POLL_MS, signal);
	}
	throw new PlatformError('timeout', `Template ${code} was not deployed within ${(POLLS * POLL_MS) / 1000} s.`, {
		operation: 'workflowStatus',
		mayHaveHappened: true,
	});
}

/** `null` when the token may not ask, which no waiting changes: the caller's wait for the services is then all there is. */
async function statusOf(connection: Connection, workflowId: string, signal: AbortSignal) {
	try {
		return (await connection.run(readWorkflow, { workflowId }, signal)).workflowStatus;
	} catch (error) {
		if (!isPlatformError(error) || isPassing(error)) throw error;
		return null;
	}
}

function parseConfig(code: string, raw: unknown): TemplateConfig {
	const parsed = configShape.safeParse(raw);
	if (!parsed.success) throw rejected(`template ${code} has no configuration that can be read`);
	return parsed.data as TemplateConfig;
}

function rejected(message: string, next?: string): PlatformError {
	return new PlatformError('rejected', message, {
		operation: 'templateDeployV2',
		mayHaveHappened: true,
		...(next === undefined ? {} : { next }),
	});
}
