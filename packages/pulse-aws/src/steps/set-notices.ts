import { destination, shownDestination } from 'pulse-deploy-kit/notify/destination';
import { NOBODY } from 'pulse-deploy-kit/notify/nobody';
import { USUAL_KEPT_SECONDS } from 'pulse-deploy-kit/notify/settings';
import { newSigningSecret } from 'pulse-deploy-kit/notify/sign';
import type { NotifyRequest } from '../config/notify.ts';
import type { Step } from '../plan/step.ts';
import type { Aws } from '../platform/aws.ts';
import { type KeptNotify, readNotify, writeNotify } from '../platform/notify-parameter.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

/** @param whom as it may be shown; `null`: no notices any more */
export function setNoticesStep(whom: string | null): Step {
	const title = whom === null ? 'Tell nobody of what happens' : `Tell ${whom} of what happens`;
	return { kind: 'set-notices', id: 'set-notices', title, section: 'Baseline' };
}

/** What was not given stays as it is (contract, decision 24). */
export const setNotices: Perform<'set-notices'> = async (_step, run) => {
	const { aws } = run.session;
	const asked = made(made(run.request, 'the request').notify, 'the notices');
	const kept = await readNotify(aws, run.name);
	const wanted = merged(asked, kept);
	if (wanted !== null && JSON.stringify(wanted) !== JSON.stringify(kept)) await writeNotify(aws, run.name, wanted);
	return undefined;
};

/** As it may be shown; `null`: no notices any more; `undefined`: nothing would change. */
export async function noticesToSet(
	aws: Pick<Aws, 'ssm'>,
	name: string,
	asked: NotifyRequest | null,
): Promise<string | null | undefined> {
	if (asked === null) return undefined;
	const kept = await readNotify(aws, name);
	const wanted = merged(asked, kept);
	if (wanted === null || JSON.stringify(wanted) === JSON.stringify(kept)) return undefined;
	return wanted.url === NOBODY ? null : shownDestination(destination(wanted.url));
}

function merged({ notify, secret, keptSeconds }: NotifyRequest, kept: KeptNotify | null): KeptNotify | null {
	const url = notify === undefined ? kept?.url : notify === NOBODY ? NOBODY : notify.url.reveal();
	if (url === undefined) return null;
	return {
		url,
		secret: secret?.reveal() ?? kept?.secret ?? newSigningSecret().reveal(),
		kept: keptSeconds ?? kept?.kept ?? USUAL_KEPT_SECONDS,
	};
}
