import { type DoctorReport, doctorReport } from 'pulse-deploy-kit/doctor/check';
import { type Reading, reading } from 'pulse-deploy-kit/doctor/reading';
import { writeReport } from 'pulse-deploy-kit/doctor/report-file';
import { SOCKET_HANDSHAKE, type SocketFacts } from 'pulse-deploy-kit/doctor/socket-check';
import { AFFINITY_QUERY } from 'pulse-edge/protocol';
import type { RouterPort } from '../adapters/ports.ts';
import type { Session } from '../adapters/session.ts';
import type { DoctorRequest } from '../config/doctor.ts';
import { VERSION } from '../config/version.ts';
import type { Diagnosis } from '../control/diagnose.ts';
import type { ControlStatus } from '../control/status.ts';
import { judge } from '../doctor/judge.ts';
import { lookAtNotices } from '../doctor/look-at-notices.ts';
import { lookAtToken } from '../doctor/look-at-token.ts';
import type { StackObservation } from '../platform/port.ts';
import { wholeProjectFile } from '../source/whole-project-file.ts';
import { routerFacts } from '../stack/baseline.ts';
import { janitorConfined } from '../stack/baseline-secrets.ts';
import { requireTarget } from './resolve-target.ts';

const PROBE_MS = 1_000;
const ROUTER_BUDGET_MS = 10_000;
/** What serves is asked of private DNS; one that is being made or ends may rightly have no address. */
const SERVING = ['active', 'draining'];

/** Looks for what would break a deploy; changes nothing. */
export async function doctor(session: Session, request: DoctorRequest): Promise<DoctorReport> {
	const { account, ports, signal } = session;
	const platform = await reading(
		requireTarget(request.target, account, signal, session).then((target) => ports.openPlatform(target)),
		signal,
	);
	const [token, schema, observation, isWholeProject, file] = await Promise.all([
		lookAtToken(session, platform),
		reading(account.checkOperations(signal), signal),
		'failure' in platform ? platform : reading(platform.value.observe(signal), signal),
		'failure' in platform ? false : platform.value.isWholeProject(signal),
		wholeProjectFile(request.folder),
	]);
	const [seen, notices, confined] = await Promise.all([
		lookThroughRouter(session, request.routerService, observation),
		'failure' in observation ? observation : reading(lookAtNotices(session, observation.value, request.names), signal),
		'failure' in observation
			? observation
			: reading(janitorConfined(session, observation.value, request.names.janitor, signal), signal),
	]);
	const report = doctorReport(
		judge({
			version: VERSION,
			names: request.names,
			token,
			schema,
			janitorConfined: confined,
			notices,
			observation,
			wholeProjectFile: file,
			isWholeProject,
			...seen,
		}),
	);
	if (request.report !== undefined)
		await writeReport({ path: request.report, tool: `pulse-railway ${VERSION}` }, report);
	return report;
}

async function lookThroughRouter(
	{ ports, signal, visit }: Session,
	service: string,
	observation: Reading<StackObservation>,
) {
	const found = await reading(
		(async () => {
			if ('failure' in observation) throw new Error('the project cannot be read');
			return routerFacts(observation.value, service);
		})(),
		signal,
	);
	if ('failure' in found) return { live: found, diagnosis: found, aheadMs: found, socket: null };
	const { controlOrigin, controlToken, origins } = found.value;
	const router = ports.openRouter({ origin: controlOrigin, controlToken, budgetMs: ROUTER_BUDGET_MS });
	const live = await reading(router.control('status', { probeMs: PROBE_MS }, signal), signal);
	if ('failure' in live) {
		// A router that refuses a request may do so for the clock: then what stands before it tells the time.
		const aheadMs = await reading(visit.aheadMs(controlOrigin, signal), signal);
		return { live, diagnosis: live, aheadMs, socket: null };
	}
	const aheadMs = { value: ports.clock.now() - live.value.now };
	const [diagnosis, socket] = await Promise.all([
		askDiagnosis(router, live.value, signal),
		openSocket(visit, origins[0] ?? controlOrigin, live.value, signal),
	]);
	return { live, diagnosis, aheadMs, socket };
}

async function askDiagnosis(
	router: RouterPort,
	{ snapshot }: ControlStatus,
	signal: AbortSignal,
): Promise<Reading<Diagnosis> | null> {
	const serving = snapshot.deployments.filter(({ state }) => SERVING.includes(state));
	const serviceNames = serving.flatMap(({ serviceName }) => serviceName ?? []).slice(0, 200);
	const read = await reading(router.control('diagnose', { serviceNames }, signal), signal);
	return 'failure' in read && read.failure.code === 'usage' ? null : read;
}

async function openSocket(
	visit: Session['visit'],
	origin: string,
	{ snapshot }: ControlStatus,
	signal: AbortSignal,
): Promise<SocketFacts | null> {
	const active = snapshot.deployments.find(({ id }) => id === snapshot.activeId);
	if (active === undefined) return null;
	const url = new URL(SOCKET_HANDSHAKE, origin);
	url.searchParams.set(AFFINITY_QUERY, active.id);
	const kind = active.container === undefined ? 'pulse' : 'container';
	return { kind, status: await reading(visit.socket(url, signal), signal) };
}
