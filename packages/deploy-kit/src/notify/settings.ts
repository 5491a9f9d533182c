import { Secret } from '../secret.ts';
import { duration, text } from '../setting-kinds.ts';
import type { Setting } from '../settings.ts';
import { type Destination, destination } from './destination.ts';
import { NOBODY } from './nobody.ts';

/** A deployment that stays for longer than this is told of. */
export const USUAL_KEPT_SECONDS = 12 * 3_600;

/** What each tool is told of notices. @param prefix of the tool's variables, e.g. `PULSE_AWS` */
export function notifySettings(prefix: string) {
	return {
		notify: {
			flag: '--notify <url>',
			describe:
				'is told of deploys, rollbacks, recalls, halted canaries and deletions: a webhook, Slack or Discord; off',
			env: [`${prefix}_NOTIFY_URL`],
			key: 'notify',
			parse: notifyUrl,
		} as Setting<Destination | typeof NOBODY>,
		notifySecret: {
			describe: 'signs webhooks: whsec_ and 24 to 64 bytes in base64',
			env: [`${prefix}_NOTIFY_SECRET`],
			parse: signingSecret,
		} as Setting<Secret>,
		notifyKept: {
			flag: '--notify-kept <time>',
			describe: 'an old deployment that is there for longer than this is told of as well',
			env: [`${prefix}_NOTIFY_KEPT`],
			key: 'notify_kept',
			parse: duration,
		} as Setting<number>,
	};
}

export function notifyUrl(raw: unknown): Destination | typeof NOBODY {
	const written = text(raw);
	return written.toLowerCase() === NOBODY ? NOBODY : destination(written);
}

export function signingSecret(raw: unknown): Secret {
	const encoded = text(raw).replace(/^whsec_/, '');
	const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64').length : 0;
	if (bytes < 24 || bytes > 64) throw new Error('must be whsec_ and 24 to 64 bytes in base64');
	return new Secret(`whsec_${encoded}`);
}
