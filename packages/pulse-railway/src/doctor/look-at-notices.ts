import { lookAtDestination } from 'pulse-deploy-kit/doctor/look-at-notices';
import type { NoticeFacts } from 'pulse-deploy-kit/doctor/notice-check';
import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { notifyUrl } from 'pulse-deploy-kit/notify/settings';
import { usesProxy } from 'pulse-deploy-kit/proxy-variables';
import type { Session } from '../adapters/session.ts';
import { NOTIFY_SECRET_VARIABLE, NOTIFY_URL_VARIABLE } from '../config/notify.ts';
import type { StackObservation } from '../platform/port.ts';
import { serviceNamed } from '../stack/baseline.ts';
import type { StackNames } from '../stack/names.ts';

/** Whom router and janitor tell. @throws where it cannot be read, or they do not tell the same */
export async function lookAtNotices(
	{ env, signal }: Pick<Session, 'env' | 'signal'>,
	observation: StackObservation,
	names: StackNames,
): Promise<NoticeFacts> {
	const [router = {}, janitor = {}] = [names.router, names.janitor].map(
		(name) => serviceNamed(observation, name)?.variables,
	);
	const { [NOTIFY_URL_VARIABLE]: text = '' } = router;
	if (text === null) throw new Error(`${NOTIFY_URL_VARIABLE} of the router is sealed or hidden`);
	const signed = (router[NOTIFY_SECRET_VARIABLE] ?? '') !== '';
	const destination = text.trim() === '' ? NOBODY : notifyUrl(text);
	if (destination === NOBODY) return { destination: null, signed, reach: null, isShared: true };
	const isShared = janitor[NOTIFY_URL_VARIABLE] === text;
	return { destination, signed, reach: await lookAtDestination(destination, usesProxy(env), signal), isShared };
}
