import { type DoctorReport, doctorReport } from 'pulse-deploy-kit/doctor/check';
import { readNow } from 'pulse-deploy-kit/doctor/reading';
import { writeReport } from 'pulse-deploy-kit/doctor/report-file';
import { awsClock, type Session } from '../adapters/session.ts';
import type { DoctorRequest } from '../config/doctor.ts';
import { VERSION } from '../config/version.ts';
import type { CallerKind } from '../doctor/facts.ts';
import { judge } from '../doctor/judge.ts';
import { following, look, unread } from '../doctor/look.ts';
import { domainOn, lookAtDomain } from '../doctor/look-at-domain.ts';
import { lookAtFleet } from '../doctor/look-at-fleet.ts';
import { lookAtNotices } from '../doctor/look-at-notices.ts';
import { lookAtResources } from '../doctor/look-at-resources.ts';
import { lackingServiceRoles } from '../doctor/look-at-service-roles.ts';
import { lookAtStack } from '../doctor/look-at-stack.ts';
import { lookByVisit } from '../doctor/look-by-visit.ts';
import { tellingRefusals } from '../platform/interruptible.ts';

const notAsked = unread('AWS cannot be asked');
const NOT_ASKED = { stack: notAsked, lock: notAsked, free: null, outputs: notAsked };

/** Looks for what would break a deploy; changes nothing. */
export async function doctor(asked: Session, request: DoctorRequest): Promise<DoctorReport> {
	const refused = new Set<string>();
	const session = { ...asked, aws: tellingRefusals(asked.aws, (right) => refused.add(right)) };
	const { aws, clock, signal } = session;
	const { deploymentName: name } = request;
	const [caller, docker] = await Promise.all([
		look(
			aws.sts.getCallerIdentity({}).then(({ Arn = '' }) => callerKind(Arn)),
			signal,
		),
		look(session.images.check(signal), signal),
	]);
	// Without credentials or a way to AWS every other question would end the same, after eight tries each.
	const [{ outputs, ...stack }, lackingRoles] = await Promise.all([
		'failure' in caller ? NOT_ASKED : lookAtStack(session, name),
		'failure' in caller ? notAsked : look(lackingServiceRoles(session), signal),
	]);
	const [notices, resources, fleet] = await Promise.all([
		'failure' in caller ? notAsked : look(lookAtNotices(session, name), signal),
		following(outputs, (value) => look(lookAtResources(session, name, value), signal)),
		following(outputs, (value) => look(lookAtFleet(session, name, value), signal)),
	]);
	const certificate = 'value' in resources ? resources.value.certificate : resources;
	const names = 'value' in certificate ? (certificate.value?.names ?? []) : [];
	const baseline = 'value' in outputs ? outputs.value : null;
	const domain = await lookAtDomain(session, request.domain ?? domainOn(names), baseline);
	const visit = await following(outputs, ({ albDnsName }) =>
		following(fleet, (value) => lookByVisit(session, albDnsName, domain, value)),
	);
	const now = awsClock(session).now();
	const report = doctorReport(
		judge({
			name,
			region: aws.region,
			now,
			node: process.versions.node,
			caller,
			refused: [...refused].sort(),
			lackingRoles,
			aheadMs: 'failure' in caller ? caller : { value: clock.now() - now },
			docker,
			deployer: readNow(() => {
				session.baseline.check();
				return session.baseline.version;
			}),
			...stack,
			notices,
			resources,
			fleet,
			domain,
			visit,
		}),
	);
	if (request.report !== undefined) await writeReport({ path: request.report, tool: `pulse-aws ${VERSION}` }, report);
	return report;
}

function callerKind(arn: string): CallerKind {
	if (arn.endsWith(':root')) return 'root';
	if (arn.includes(':assumed-role/')) return 'role';
	return arn.includes(':federated-user/') ? 'federated' : 'user';
}
