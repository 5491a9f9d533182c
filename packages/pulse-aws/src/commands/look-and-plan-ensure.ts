import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import type { DnsOutlook } from '../domain/dns-record.ts';
import { baselineCostNotes } from '../plan/cost.ts';
import { type EnsurePlan, planEnsure } from '../plan/ensure.ts';
import { forsakes, widened } from '../plan/widened.ts';
import { readFleet } from '../stack/fleet.ts';
import { natOf } from '../stack/kept-network.ts';
import type { HeldLock } from '../stack/lock.ts';
import { baselineChange } from '../steps/baseline-settings.ts';
import { readDnsOutlook } from '../steps/dns-outlook.ts';
import { newRun, type Run } from '../steps/run.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { lookAtBaseline } from './look-at-baseline.ts';

interface Looking {
	/** The CDK app is the user's own: its stack need not be one of ours. */
	readonly ownCdkApp: boolean;
	/** `null`: only shown. */
	readonly lock: HeldLock | null;
	/** As it was shown before; left out: read now. */
	readonly dns?: DnsOutlook | null | undefined;
}

export interface EnsureLook {
	readonly plan: EnsurePlan;
	readonly run: Run;
}

/** What stands, what makes it as it was asked for, and a run to do it with. */
export async function lookAndPlanEnsure(
	session: Session,
	request: DeployRequest,
	{ ownCdkApp, lock, dns: shown }: Looking,
): Promise<EnsureLook> {
	const signal = lock?.signal ?? session.signal;
	const { deploymentName: name } = request;
	const { stack, outputs, certificate, notices, forsaken } = await lookAtBaseline(session, request, {
		ownCdkApp,
		signal,
	});
	const fleet = outputs === null ? null : await readFleet(looking(session, signal), name, outputs);
	const dns = shown === undefined ? await validationOutlook(session, request, certificate) : shown;
	const change = baselineChange(stack, request, certificate?.arn ?? null, outputs, session.baseline.version);
	const planned = planEnsure(
		{ stack, fleet, certificate, dns, baselineChange: change },
		{ name, notices, cost: baselineCostNotes(natOf(request, outputs)) },
	);
	const run = newRun(session, lock, {
		...{ name, id: name, request, fleet, dns },
		baseline: outputs,
		certificateArn: certificate?.arn ?? null,
		previousTargetGroupArn: fleet === null ? null : activeTargetGroup(fleet.traffic),
		previousCertificateArn: fleet?.traffic.defaultCertificateArn ?? null,
	});
	const wider = ownCdkApp ? [] : widened(request, outputs, planned);
	const warnings = [...wider, ...forsakes(forsaken, fleet)];
	return { plan: { ...planned, warnings }, run };
}

/** Where the domain leads is a deploy's to write. */
async function validationOutlook(
	session: Session,
	request: DeployRequest,
	certificate: Parameters<typeof readDnsOutlook>[3],
): Promise<DnsOutlook | null> {
	if (!request.route53) return null;
	const outlook = await readDnsOutlook(session, request, null, certificate);
	return { ...outlook, changes: outlook.changes.filter(({ wanted }) => wanted.Type === 'CNAME') };
}
