import { Agreement } from 'pulse-deploy-kit/plan/agreement';
import type { RouterPort } from '../adapters/ports.ts';
import type { Session } from '../adapters/session.ts';
import { deployLockTtl } from '../config/deploy-lock.ts';
import type { TargetRequest } from '../config/target.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import type { ControlStatus } from '../control/status.ts';
import type { Standing } from '../plan/deploy-cut-over.ts';
import { unknownBackends } from '../plan/settle.ts';
import type { StackObservation } from '../platform/port.ts';
import { type RouterFacts, routerFacts } from '../stack/baseline.ts';
import { type LockOptions, withDeployLock } from '../stack/deploy-lock.ts';
import { durableActiveId } from '../stack/durable.ts';
import { sessionsOfUnknown } from '../stack/sessions.ts';
import { warnOfOwner } from '../stack/warn-of-infrastructure.ts';
import { type Relock, type Run, startRun } from '../steps/run.ts';
import { lockOwner } from './carry-out.ts';
import { requireTarget } from './resolve-target.ts';

/** A running stack as a command finds it: what Railway says, what the router says, and a run to change it with. */
export interface Stack {
	readonly observation: StackObservation;
	readonly live: ControlStatus;
	readonly router: RouterFacts;
	readonly run: Run;
}

export interface StackRequest {
	readonly target: TargetRequest;
	readonly routerService: string;
	/** Shown to the command that meets the lock, e.g. `deploy prod`. */
	readonly command: string;
	/** For the deployments to say how many sessions they have, milliseconds. Default 2,000. */
	readonly probeMs?: number;
	/** Also asks the services that the live store does not know for their sessions: the command may delete them. */
	readonly asksUnknown?: true;
	/** Says so where `railway config` would delete what the command makes. */
	readonly warnsOfOwner?: true;
}

const PROBE_MS = 2_000;
/** For a person who is asked, before others may go first. */
const QUICK_MS = 10_000;

/** A stack, and how to look at it and lock it. */
export interface OpenStack {
	readonly router: RouterPort;
	readonly lock: LockOptions;
	/** Live facts are read now; what Railway said before is asked again where it may be older than the end of another command. */
	look(signal: AbortSignal, old: boolean, lock?: HeldLock): Promise<Stack>;
	/** @param within ends the wait for it, and what is done under it. Default: the command's signal */
	withLock<T>(
		work: (lock: HeldLock, waited: boolean) => Promise<T>,
		patienceMs?: number,
		within?: AbortSignal,
	): Promise<T>;
	/** What a person agrees to; no lock is held meanwhile. */
	agreement(): Agreement;
}

export async function openStack(session: Session, request: StackRequest): Promise<OpenStack> {
	const { account, ports, env, host, signal } = session;
	const { clock } = ports;
	const platform = ports.openPlatform(await requireTarget(request.target, account, signal, session));
	const asked = clock.now();
	const warned = request.warnsOfOwner === true ? warnOfOwner(host, platform, signal) : undefined;
	const [before] = await Promise.all([platform.observe(signal), warned]);
	const facts = routerFacts(before, request.routerService);
	const router = ports.openRouter({ origin: facts.controlOrigin, controlToken: facts.controlToken });
	const ttlMs = deployLockTtl(env);
	const lock = { router, clock, host, signal, owner: lockOwner(request.command), ttlMs };
	const relock: Relock = (work, signal) => withDeployLock({ ...lock, signal }, work);
	return {
		router,
		lock,
		withLock: (work, patienceMs, within = signal) =>
			withDeployLock({ ...lock, signal: within, ...(patienceMs === undefined ? {} : { patienceMs }) }, work),
		// A command that waits for the lock does so for longer than the lock's time.
		agreement: () => new Agreement({ host, clock, signal, quickMs: Math.min(QUICK_MS, ttlMs) }),
		async look(signal, old, held) {
			const live = await router.control('status', { probeMs: request.probeMs ?? PROBE_MS }, signal);
			const slept = clock.now() - asked >= ttlMs;
			const again = old || slept || durableActiveId(before) !== live.snapshot.activeId;
			const observation = again ? await platform.observe(signal) : before;
			const unknown = request.asksUnknown === true ? unknownBackends(observation, live) : [];
			const sessions = await sessionsOfUnknown(unknown, live, router, signal);
			const run = startRun(ports, {
				platform,
				observation,
				router,
				relock,
				...(held === undefined ? {} : { lock: held }),
			});
			return { observation, live: { ...live, sessions }, router: routerFacts(observation, request.routerService), run };
		},
	};
}

/** As the planners of a deploy take it. */
export function standingOf({ observation, live }: Stack): Standing {
	return { ...live, observation, live: live.snapshot };
}
