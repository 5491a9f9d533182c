import type { Destination } from 'pulse-deploy-kit/notify/destination';
import type { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { notifySettings } from 'pulse-deploy-kit/notify/settings';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { SettingTable } from 'pulse-deploy-kit/settings';

const { notify, notifySecret, notifyKept } = notifySettings('PULSE_AWS');

/** Whom operators have told, and of what; the reaper reads it where it is kept (contract A10.8). */
export const notifyingSettings = {
	notify: { ...notify, defaultText: "the stack's, at first nobody" },
	notifySecret: { ...notifySecret, defaultText: "the stack's, at first made for it" },
	notifyKept: { ...notifyKept, defaultText: "the stack's, at first 12h" },
} satisfies SettingTable;

/** What was given; `undefined`: as the stack has it. */
export interface NotifyRequest {
	readonly notify: Destination | typeof NOBODY | undefined;
	readonly secret: Secret | undefined;
	readonly keptSeconds: number | undefined;
}

/** `null` where nothing was given. */
export function notifyRequest(values: {
	readonly notify?: NotifyRequest['notify'];
	readonly notifySecret?: Secret | undefined;
	readonly notifyKept?: number | undefined;
}): NotifyRequest | null {
	const { notify, notifySecret: secret, notifyKept: keptSeconds } = values;
	const isGiven = notify !== undefined || secret !== undefined || keptSeconds !== undefined;
	return isGiven ? { notify, secret, keptSeconds } : null;
}
