import { usageError } from 'pulse-deploy-kit/errors';
import { looking, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { type Certificate, chooseCertificate, type Forsaken, forsakenBy } from '../domain/certificate-choice.ts';
import { readCertificates } from '../platform/certificates.ts';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { refuseForeignBaseline, refuseTakenRepository } from '../stack/first-deploy.ts';
import { type Baseline, settledBaseline } from '../stack/read-baseline.ts';
import { noticesToSet } from '../steps/set-notices.ts';

interface Looking {
	/** The CDK app is the user's own: its stack need not be one of ours. */
	readonly ownCdkApp: boolean;
	readonly signal: AbortSignal;
}

export interface SeenBaseline extends Baseline {
	/** The one to use; `null`: request one. */
	readonly certificate: Pick<Certificate, 'arn' | 'status'> | null;
	/** As `noticesToSet` tells it. */
	readonly notices: string | null | undefined;
	/** Visitors whom the certificate would turn away; `null`: none that are known. */
	readonly forsaken: Forsaken | null;
}

/** What stands of the baseline, and of what it needs. @throws DeployToolError where it is another tool's, or cannot be made */
export async function lookAtBaseline(
	session: Session,
	request: DeployRequest,
	{ ownCdkApp, signal }: Looking,
): Promise<SeenBaseline> {
	const aws = looking(session, signal);
	const { deploymentName: name, certificateArn, domain } = request;
	const [{ stack, outputs }, certificates, notices] = await Promise.all([
		settledBaseline(session, name, signal),
		certificateArn === null ? readCertificates(aws) : null,
		noticesToSet(aws, name, request.notify),
	]);
	if (outputs === null) await refuseTakenRepository(session, name);
	else if (!ownCdkApp) refuseForeignBaseline(name, outputs);
	const known = certificates ?? (await certificatesBeside(aws, outputs, certificateArn));
	const current = known.find((one) => one.arn === outputs?.certificateArn && one.status === 'ISSUED') ?? null;
	const certificate =
		certificateArn !== null
			? { arn: certificateArn, status: 'ISSUED' }
			: (chooseCertificate(current === null ? [] : [current], domain) ?? chooseCertificate(known, domain));
	const next = known.find(({ arn }) => arn === certificate?.arn) ?? null;
	const forsaken = current === null ? null : forsakenBy(current, next, domain);
	if (forsaken !== null) refuseForgottenDomain(request, forsaken.served);
	return { stack, outputs, certificate, notices, forsaken };
}

/** One that is given is used unchecked; where it takes the place of another, what both are for is looked up, if that may be. */
async function certificatesBeside(
	aws: Pick<Session['aws'], 'acm'>,
	outputs: Baseline['outputs'],
	given: string | null,
): Promise<readonly Certificate[]> {
	if (outputs === null || outputs.certificateArn === given) return [];
	try {
		return await readCertificates(aws);
	} catch (error) {
		if (isAwsError(error, ...NOT_ALLOWED)) return [];
		throw error;
	}
}

/** A file that was not brought up to date must not have visitors served with the certificate of a domain of the past. */
function refuseForgottenDomain({ domain, domainFrom }: DeployRequest, served: string): void {
	// Where it is the one that is served, what was typed is at fault: another certificate.
	if (domainFrom === undefined || domain === served) return;
	throw usageError(
		`${domainFrom} remembers the domain ${domain}; the load balancer serves ${served}`,
		`Name the one that is meant: --domain ${served}`,
	);
}
