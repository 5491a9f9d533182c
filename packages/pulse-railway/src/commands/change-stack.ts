import { Agreement, agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import type { Session } from '../adapters/session.ts';
import { deployLockTtl } from '../config/deploy-lock.ts';
import type { TargetRequest } from '../config/target.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import type { ControlStatus } from '../control/status.ts';
import { unknownBackends } from '../plan/settle.ts';
import type { StackObservation } from '../platform/port.ts';
import { type RouterFacts, routerFacts } from '../stack/baseline.ts';
import { withDeployLock } from '../stack/deploy-lock.ts';
import { durableActiveId } from '../stack/durable.ts';
import { requireTarget } from '../stack/resolve-target.ts';
import { sessionsOfUnknown } from '../stack/sessions.ts';
import { warnOfOwner } from '../stack/warn-of-infrastructure.ts';
import { type Relock, type Run, startRun } from '../steps/run.ts';
import { carryOutAgreed, lockOwner, type Outcome, type Proposal } from './carry-out.ts';

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
/** For whoever is asked, before others may go first. */
const QUICK_MS = 10_000;

/**
 * Proposes, asks and carries out while holding the deploy lock; a dry run holds none. Live facts are read under the lock,
 * and what Railway said before is asked again where it may be older than the end of another command. While a question
 * stays open the lock is free, and `propose` is called again afterwards.
 */
export async function changeStack<T>(
	{ account, ports, env, cwd, host, signal, dryRun }: Session,
	request: StackRequest,
	propose: (stack: Stack) => Proposal<T>,
): Promise<Outcome<T>> {
	const platform = ports.openPlatform(await requireTarget(request.target, account, signal, { env, cwd }));
	const asked = ports.clock.now();
	const warned = request.warnsOfOwner === true ? warnOfOwner(host, platform, signal) : undefined;
	const [before] = await Promise.all([platform.observe(signal), warned]);
	const facts = routerFacts(before, request.routerService);
	const router = ports.openRouter({ origin: facts.controlOrigin, controlToken: facts.controlToken });

	const ttlMs = deployLockTtl(env);
	const look = async (signal: AbortSignal, waited: boolean, lock?: HeldLock): Promise<Stack> => {
		const live = await router.control('status', { probeMs: request.probeMs ?? PROBE_MS }, signal);
		const slept = ports.clock.now() - asked >= ttlMs;
		const old = waited || slept || durableActiveId(before) !== live.snapshot.activeId;
		const observation = old ? await platform.observe(signal) : before;
		const unknown = request.asksUnknown === true ? unknownBackends(observation, live.snapshot) : [];
		const sessions = await sessionsOfUnknown(unknown, live, router, signal);
		const run = startRun(ports, { platform, observation, router, ...(lock === undefined ? {} : { lock, relock }) });
		return { observation, live: { ...live, sessions }, router: routerFacts(observation, request.routerService), run };
	};
	const owner = lockOwner(request.command);
	const relock: Relock = (work, signal) =>
		withDeployLock({ router, clock: ports.clock, host, signal, owner, ttlMs }, work);
	if (dryRun) return { plan: propose(await look(signal, false)).plan, result: null };

	const lock = { router, clock: ports.clock, host, signal, owner, ttlMs };
	// A command that waits for the lock does so for longer than the lock's time.
	const agreement = new Agreement({ host, clock: ports.clock, signal, quickMs: Math.min(QUICK_MS, ttlMs) });
	return agreeUnderLock({
		agreement,
		lock: <Result>(work: (held: HeldLock, waited: boolean) => Promise<Result>) => withDeployLock(lock, work),
		async propose(held: HeldLock, old) {
			const stack = await look(held.signal, old, held);
			return { ...propose(stack), run: stack.run };
		},
		carryOut: (proposal, held) => carryOutAgreed(proposal, proposal.run, held.signal),
	});
}
