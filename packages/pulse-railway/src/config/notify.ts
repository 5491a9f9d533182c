import type { Destination } from 'pulse-deploy-kit/notify/destination';
import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { notifySettings, USUAL_KEPT_SECONDS } from 'pulse-deploy-kit/notify/settings';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { SettingTable } from 'pulse-deploy-kit/settings';

const { notify, notifySecret, notifyKept } = notifySettings('PULSE_RAILWAY');

/** Whom operators have told, and of what (contract R9.13). */
export const notifyingSettings = {
	notify: { ...notify, defaultText: 'nobody' },
	notifySecret: { ...notifySecret, defaultText: 'made with the stack, on router and janitor' },
	notifyKept: { ...notifyKept, default: USUAL_KEPT_SECONDS, defaultText: '12h' },
} satisfies SettingTable;

/** Of router and janitor, by variables alone: a process's arguments are no place for the URL. */
export const serviceNotifySettings = {
	notify: withoutFlag(notifyingSettings.notify),
	notifySecret: notifyingSettings.notifySecret,
	notifyKept: withoutFlag(notifyingSettings.notifyKept),
} satisfies SettingTable;

/** As they stand on the services of the stack. */
export const [NOTIFY_URL_VARIABLE = ''] = notify.env ?? [];
export const [NOTIFY_SECRET_VARIABLE = ''] = notifySecret.env ?? [];
export const [NOTIFY_KEPT_VARIABLE = ''] = notifyKept.env ?? [];

/** What the stack is told of notices. */
export interface NotifyConfig {
	/** `undefined`: nothing was ever said. */
	readonly notify: Destination | typeof NOBODY | undefined;
	/** The operator's own. */
	readonly notifySecret: Secret | undefined;
	/** Seconds. */
	readonly notifyKept: number;
}

/** What sends notices; `null`: none are sent. */
export interface Notifying {
	readonly destination: Destination;
	/** `undefined` on a stack whose operator set the URL by hand. */
	readonly secret: Secret | undefined;
	readonly keptMs: number;
	/** The stack as receivers read it. */
	readonly stack: string;
	readonly projectId: string;
	readonly environmentId: string;
	readonly service: string;
}

function withoutFlag<T extends { readonly flag?: string }>({ flag: _, ...setting }: T): Omit<T, 'flag'> {
	return setting;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Of a service of the stack. Railway tells each the names of its project and environment (docs/platform-facts/railway.md §3). */
export function notifying(
	{ notify: whom, notifySecret: secret, notifyKept: kept }: NotifyConfig,
	env: Environment,
	service: string,
): Notifying | null {
	if (whom === undefined || whom === NOBODY) return null;
	const named = [env.RAILWAY_PROJECT_NAME, env.RAILWAY_ENVIRONMENT_NAME].filter((name) => name?.trim());
	return {
		destination: whom,
		secret,
		keptMs: kept * 1000,
		stack: named.length === 2 ? named.join('/') : service,
		projectId: env.RAILWAY_PROJECT_ID ?? '',
		environmentId: env.RAILWAY_ENVIRONMENT_ID ?? '',
		service,
	};
}
