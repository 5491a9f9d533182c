import { type Check, failed, passed, skipped } from 'pulse-deploy-kit/doctor/check';
import type { Reading } from 'pulse-deploy-kit/doctor/reading';
import { checkSocket } from 'pulse-deploy-kit/doctor/socket-check';
import type { DoctorFacts, VisitFacts } from './facts.ts';
import { judged, whyNot } from './judged.ts';

const ALL = ['health', 'tls', 'affinity', 'websocket'];
const LOGS = 'Look at pulse-aws logs, and at pulse-aws status.';

/** End to end, as a browser comes. */
export function judgeVisit(facts: DoctorFacts): readonly Check[] {
	const { visit } = facts;
	const why = 'failure' in visit ? whyNot(visit.failure) : whyNone(facts);
	if ('failure' in visit || why !== null) return ALL.map((check) => skipped(check, why ?? ''));
	const { health, pinned, socket } = visit.value;
	return [judgeHealth(health), judgeTls(facts, health), judged('affinity', pinned, judgePinned), checkSocket(socket)];
}

/** What no visitor can meet is told where it is found; `null`: one should get an answer. */
function whyNone({ fleet }: DoctorFacts): string | null {
	const { health } = 'value' in fleet ? fleet.value : {};
	return health !== undefined && 'value' in health && (health.value.service?.running ?? 0) === 0
		? 'no task runs'
		: null;
}

function judgeHealth(health: VisitFacts['health']): Check {
	if ('failure' in health) {
		const next = 'Is this machine among --allowed-cidrs? Else look at the load balancer.';
		return failed('health', `the load balancer does not answer: ${health.failure.text}`, next);
	}
	const { status } = health.value;
	if (status === 200) return passed('health', 'answers through the load balancer', { status });
	return failed('health', `the health path answers ${status}`, LOGS, { status });
}

function judgeTls({ domain: { domain } }: DoctorFacts, health: VisitFacts['health']): Check {
	if (domain === null) return skipped('tls', 'no domain is known: give --domain');
	return judged('tls', health as Reading<{ untrusted: string | null }>, ({ untrusted }) => {
		if (untrusted === null) return passed('tls', 'a browser trusts it', { trusted: true });
		const next = 'Is the certificate that of the domain, and is nothing in between that opens TLS?';
		return failed('tls', `a browser would not trust it: ${untrusted}`, next, { trusted: false });
	});
}

function judgePinned({ asked, wrong }: { readonly asked: number; readonly wrong: readonly string[] }): Check {
	const measured = { asked, wrong: wrong.length };
	if (wrong.length === 0) return passed('affinity', `${asked} deployments answer under their own ids`, measured);
	return failed('affinity', `does not answer under its own id: ${wrong.join(', ')}`, LOGS, measured);
}
