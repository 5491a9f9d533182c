import { Cron } from 'croner';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { DEFAULT_SETTINGS, type ServiceSettings } from './model.ts';

const MIN_CRON_SPACING_MS = 5 * 60_000;

/** Input of `serviceInstanceUpdate` and of a patch's `deploy` and `build` parts. */
export type SettingsInput = {
	readonly [K in Exclude<keyof ServiceSettings, 'multiRegionConfig'>]?: ServiceSettings[K] | null;
} & {
	readonly multiRegionConfig?: unknown;
	readonly source?: { readonly image?: string | null; readonly repo?: string | null } | null;
};

/** Given keys are written, an explicit null puts the default back, absent keys stay (facts §1.4 "Nulls matter"). */
export function writeSettings(current: ServiceSettings, input: SettingsInput): ServiceSettings {
	const next: Record<string, unknown> = { ...current };
	for (const [key, value] of Object.entries(input)) {
		if (key in DEFAULT_SETTINGS && key !== 'multiRegionConfig')
			next[key] = value ?? DEFAULT_SETTINGS[key as keyof ServiceSettings];
	}
	if (input.source) {
		if (input.source.image !== undefined) next.image = input.source.image;
		if (input.source.repo !== undefined) next.repo = input.source.repo;
	}
	if (input.numReplicas !== undefined) next.multiRegionConfig = null;
	if (input.multiRegionConfig != null) Object.assign(next, spread(current, input.multiRegionConfig));
	const settings = next as unknown as ServiceSettings;
	check(settings);
	return settings;
}

/** Where the replicas of a service are; every service has a region (facts §12). */
export function regionsOf(settings: ServiceSettings): NonNullable<ServiceSettings['multiRegionConfig']> {
	// A state of before has no such field.
	return settings.multiRegionConfig ?? { [settings.region ?? REGION]: { numReplicas: settings.numReplicas } };
}

const REGION = 'local';

const regionsShape = z.record(
	z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
	z.looseObject({ numReplicas: z.int().min(1) }).nullable(),
);

/** Regions are merged in: `null` leaves one, and those that are not named stay (facts §2.7). */
function spread(current: ServiceSettings, given: unknown): Pick<ServiceSettings, 'numReplicas' | 'multiRegionConfig'> {
	const parsed = regionsShape.safeParse(given);
	if (!parsed.success) refuse(`Invalid multiRegionConfig: ${z.prettifyError(parsed.error)}`);
	const shares = Object.entries({ ...regionsOf(current), ...parsed.data }).flatMap(([region, share]) =>
		share === null ? [] : [[region, { numReplicas: share.numReplicas }] as const],
	);
	return {
		numReplicas: shares.reduce((sum, [, share]) => sum + share.numReplicas, 0),
		multiRegionConfig: Object.fromEntries(shares),
	};
}

function check(settings: ServiceSettings): void {
	if (settings.numReplicas < 1 || settings.numReplicas > 50)
		refuse('Replicas must be between 1 and 50 over all regions');
	if ((settings.preDeployCommand?.length ?? 0) > 1) refuse('preDeployCommand takes one command');
	if (settings.healthcheckPath !== null && !settings.healthcheckPath.startsWith('/')) {
		refuse('healthcheckPath must start with /');
	}
	if (settings.cronSchedule === null) return;
	if (settings.numReplicas !== 1) refuse('A cron service runs exactly one replica');
	checkCron(settings.cronSchedule);
}

/** Five fields, UTC, at least five minutes apart (facts §8). */
function checkCron(schedule: string): void {
	if (schedule.trim().split(/\s+/).length !== 5) refuse(`Invalid cron schedule "${schedule}": five fields are needed`);
	let runs: Date[];
	try {
		runs = new Cron(schedule, { timezone: 'UTC', paused: true }).nextRuns(50);
	} catch (cause) {
		refuse(`Invalid cron schedule "${schedule}": ${cause instanceof Error ? cause.message : String(cause)}`);
	}
	const tooClose = runs.some((run, i) => i > 0 && run.getTime() - runs[i - 1]!.getTime() < MIN_CRON_SPACING_MS);
	if (tooClose) refuse(`Cron schedule "${schedule}" runs more often than every 5 minutes`);
}

function refuse(message: string): never {
	throw new Refusal(message, 'BAD_USER_INPUT');
}
