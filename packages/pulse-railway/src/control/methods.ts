import { AFFINITIES } from 'pulse-deploy-kit/container/settings';
import { type Lane, parseLane } from 'pulse-deploy-kit/supersede/lane';
import { z } from 'zod';
import type { Backends, ReloadTold } from '../backends/backends.ts';
import { hurry } from '../backends/hurry.ts';
import type { RenderSessions } from '../backends/render-sessions.ts';
import { isDeploymentId } from '../deployments/id.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import { type DeploymentStore, type LeaseName, leasedDeployment, leaseOf } from '../deployments/store.ts';
import { diagnose } from './diagnose.ts';
import { removeRecord } from './remove-record.ts';
import type { ControlHeaders } from './sign.ts';
import { controlStatus } from './status.ts';

export interface ControlContext {
	readonly store: DeploymentStore;
	/** Asks a deployment for its sessions, with the internal token; rejects only for the signal. */
	readonly probe: (record: DeploymentRecord, signal: AbortSignal) => Promise<RenderSessions>;
	/** Has the browsers of a deployment load anew. */
	readonly reload: Backends['reload'];
	/** Unix milliseconds. */
	readonly now: () => number;
	/** Of the router. */
	readonly version?: string;
	/** Of the request, as it came in. */
	readonly headers?: ControlHeaders;
	/** To how many addresses the private name of a service leads from here; 0: to none. */
	readonly addressesOf?: (serviceName: string) => Promise<number>;
}

const id = z.string().refine(isDeploymentId, 'must be a deployment id');
/** Becomes a host name of the private network. */
const serviceName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a service name');
/** Older routers leave it unread, and say by their status that they know nothing of it. */
const container = z.exactOptional(
	z.object({
		affinity: z.enum(AFFINITIES),
		healthPath: z.string().startsWith('/').max(1024),
		port: z.int().min(1).max(65_535),
	}),
);
/** Older routers leave that of a service unread. */
const departure = z.object({ by: z.int().nullable(), recalled: z.boolean(), saidAt: z.int() });
const preview = z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), until: z.int().min(0) });
/** In hundredths of a percent. */
const share = z.int().min(1).max(10_000);
const terms = z.object({ share, next: z.array(share).max(100), everyMs: z.int().min(1).nullable() });
/** Older routers leave it unread, and their history goes without. */
const text = z.exactOptional(z.string().max(1_000));
const provenance = z.exactOptional(z.object({ image: text, commit: text, message: text }));
/** Older routers leave it unread, and the deploy stops for no later one. */
const laneName = z.custom<Lane>((said) => parseLane(said) !== undefined, 'must be a lane of deploys');
const lane = z.optional(laneName);
const leaseName = z.custom<LeaseName>(
	(name) => typeof name === 'string' && isDeploymentId(leasedDeployment(name) ?? ''),
);
/** Older routers know no leases, and say that they do not understand. */
const lockName = z.union([z.enum(['deploy', 'janitor']), leaseName]);
const lock = z.exactOptional(z.object({ name: lockName, fence: z.int() }));
const token = z.string().min(16).max(128);
const UNKNOWN_PROBE_MS = 5_000;
const HURRY_MS = 5_000;
const NOBODY_TOLD: ReloadTold = { told: 0, overInMs: 0 };
const ttlMs = z.int().min(1_000).max(120_000);

const method = <Params extends z.ZodType, Result>(
	params: Params,
	run: (params: z.output<Params>, context: ControlContext) => Promise<Result>,
) => ({ params, run });

/** What a signed request may ask. Every method may be repeated: a lost answer costs a second request, nothing else. */
export const methods = {
	register: method(z.object({ id, serviceName, container, lock }), ({ id, serviceName, ...options }, { store }) =>
		store.register(id, serviceName, options),
	),
	promote: method(
		z.object({ id, serviceName, container, provenance, lock }),
		({ id, serviceName, ...options }, { store }) => store.promote(id, serviceName, options),
	),
	/** Of canaries an older router knows nothing, and says that it does not understand. */
	'canary.begin': method(z.object({ id, terms, provenance, lock }), ({ id, terms, ...options }, { store }) =>
		store.beginCanary(id, terms, options),
	),
	'canary.widen': method(z.object({ id, beganAt: z.int(), terms, lock }), ({ lock, ...widening }, { store }) =>
		store.widenCanary(widening, lock === undefined ? {} : { lock }),
	),
	'canary.end': method(z.object({ id, beganAt: z.exactOptional(z.int()), lock }), ({ lock, ...ending }, { store }) =>
		store.endCanary(ending, lock === undefined ? {} : { lock }),
	),
	/** Of previews an older router knows nothing, and says that it does not understand. */
	'preview.begin': method(z.object({ id, preview, provenance, lock }), ({ id, preview, ...options }, { store }) =>
		store.beginPreview(id, preview, options),
	),
	retire: method(z.object({ id, lock }), ({ id, ...options }, { store }) => store.retire(id, options)),
	/**
	 * The deployment may be gone or deaf, and its deletion goes on all the same: that is no failure, no page was told. `within`:
	 * seconds that pages with unsaved work may wait; older routers leave it unread, and have all told within a second.
	 */
	reload: method(
		z.object({ id, within: z.exactOptional(z.number().min(0)) }),
		async ({ id, ...options }, { store, reload }): Promise<ReloadTold> => {
			const record = await store.find(id);
			return record === null ? NOBODY_TOLD : reload(record, options).catch(() => NOBODY_TOLD);
		},
	),
	/** When the pages that are left on it are moved. Unknown to older routers, which say that they do not understand. */
	depart: method(
		z.object({
			id,
			departure,
			lock,
		}),
		({ id, departure, ...options }, { store }) => store.depart(id, departure, options),
	),
	/** By what the store says now, so that a deployment that is active again is left alone. */
	hurry: method(z.object({ id }), async ({ id }, { store, probe, reload, now }) => {
		const record = await store.find(id);
		if (record === null) return { told: 0, later: false };
		return hurry(record, { sessions: probe, reload }, now(), AbortSignal.timeout(HURRY_MS)).catch(() => ({
			told: 0,
			later: true,
		}));
	}),
	/** `from`: in that state alone. An older router knows no such condition, so the command looks first as well. */
	remove: method(
		z.object({ id, lock, from: z.exactOptional(z.enum(['pending', 'draining', 'retiring'])) }),
		({ id, ...options }, { store }) => removeRecord(store, id, options),
	),
	reconcile: method(
		z.object({
			activeId: id,
			services: z.array(
				z.object({
					id,
					serviceName,
					container,
					departure: z.exactOptional(departure),
					preview: z.exactOptional(preview),
				}),
			),
			ifRevision: z.int(),
			lock,
		}),
		({ activeId, services, ...options }, { store }) => store.reconcile({ activeId, services }, options),
	),
	/** Older routers know no history, and say that they do not understand. */
	history: method(z.object({}), (_, { store }) => store.history()),
	/** Defaults: sessions are asked for, within 5 s. */
	status: method(
		z.object({ sessions: z.boolean().default(true), probeMs: z.int().min(1).max(10_000).default(5_000) }),
		(question, context) => controlStatus(context, question),
	),
	/** Older routers know no diagnosis, and say that they do not understand. */
	diagnose: method(z.object({ serviceNames: z.array(serviceName).max(200) }), ({ serviceNames }, context) =>
		diagnose(context, serviceNames),
	),
	/** Of a service that no record names. */
	sessions: method(z.object({ id, serviceName }), ({ id, serviceName }, { probe }) =>
		probe(
			{ id, serviceName, state: 'draining', drainStartedAt: null, lastSeenAt: null },
			AbortSignal.timeout(UNKNOWN_PROBE_MS),
		).catch((): RenderSessions => ({ reachable: false, detail: `no answer within ${UNKNOWN_PROBE_MS / 1000} s` })),
	),
	'lock.acquire': method(
		z.object({ name: lockName, owner: z.string().min(1).max(200), token, ttlMs, lane }),
		(request, { store }) => store.acquireLock(request),
	),
	/** Unknown to older routers, which would grant a lock that another had in between: hence not a parameter of `lock.acquire`. */
	'lock.retake': method(
		z.object({
			name: lockName,
			owner: z.string().min(1).max(200),
			token,
			ttlMs,
			lastFence: z.int(),
			firstFence: z.optional(z.int()),
			lane,
		}),
		(request, { store }) => store.acquireLock(request),
	),
	'lock.renew': method(z.object({ name: lockName, token, ttlMs }), ({ name, token, ttlMs }, { store }) =>
		store.renewLock(name, token, ttlMs),
	),
	/** Unknown to older routers. */
	'lock.break': method(
		z.object({
			name: z.literal('deploy'),
			owner: z.string().min(1).max(200),
			token,
			seen: z.object({ owner: z.string(), acquiredAt: z.number().nullable() }),
		}),
		(request, { store }) => store.breakLock(request),
	),
	/** Unknown to older routers, as `superseded`; their status says so. */
	supersede: method(z.object({ id, lane: laneName, lock }), ({ id, lane, ...options }, { store }) =>
		store.supersede(id, lane, options),
	),
	/** The deployment that takes the place of this one, which is being made; `null`: none does. */
	superseded: method(
		z.object({ id }),
		async ({ id }, { store }): Promise<string | null> => (await store.lockHolder(leaseOf(id)))?.supersededBy ?? null,
	),
	'lock.release': method(z.object({ name: lockName, token }), ({ name, token }, { store }) =>
		store.releaseLock(name, token),
	),
};

export type ControlMethod = keyof typeof methods;
export type ControlParams<Method extends ControlMethod> = z.input<(typeof methods)[Method]['params']>;
export type ControlResult<Method extends ControlMethod> = Awaited<ReturnType<(typeof methods)[Method]['run']>>;
