import { Cron } from 'croner';
import { Refusal } from '../refusal.ts';
import { DEFAULT_SETTINGS, type ServiceSettings } from './model.ts';

const MIN_CRON_SPACING_MS = 5 * 60_000;

/** Input of `serviceInstanceUpdate` and of a patch's `deploy` and `build` parts. */
export type SettingsInput = {
	readonly [K in keyof ServiceSettings]?: ServiceSettings[K] | null;
} & {
	readonly multiRegionConfig?: unknown;
	readonly source?: { readonly image?: string | null; readonly repo?: string | null } | null;
};

/** Given keys are written, an explicit null puts the default back, absent keys stay (facts §1.4 "Nulls matter"). */
export function writeSettings(current: ServiceSettings, input: SettingsInput): ServiceSettings {
	const next: Record<string, unknown> = { ...current };
	for (const [key, value] of Object.entries(input)) {
		if (key in DEFAULT_SETTINGS) next[key] = value ?? DEFAULT_SETTINGS[key as keyof ServiceSettings];
	}
	if (input.source) {
		if (input.source.image !== undefined) next.image = input.source.image;
		if (input.source.repo !== undefined) next.repo = input.source.repo;
	}
	if (input.multiRegionConfig != null) refuse('multiRegionConfig is not supported by the local platform');
	const settings = next as unknown as ServiceSettings;
	check(settings);
	return settings;
}

function check(settings: ServiceSettings): void {
	if (settings.numReplicas < 1 || settings.numReplicas > 50) refuse('numReplicas must be between 1 and 50');
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
