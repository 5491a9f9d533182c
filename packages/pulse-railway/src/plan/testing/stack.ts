import { Secret } from 'pulse-deploy-kit/secret';
import type { DeploymentRecord, DeploymentState, RoutingSnapshot } from '../../deployments/record.ts';
import type { ObservedService, StackObservation } from '../../platform/port.ts';
import { reference } from '../reference.ts';

/** Unix milliseconds; records below drained and were promoted long before it. */
export const NOW = Date.UTC(2026, 3, 2, 12, 0, 0);
export const LONG_AGO = NOW - 3_600_000;

export function service(name: string, more: Partial<ObservedService> = {}): ObservedService {
	return {
		id: `id-${name}`,
		name,
		createdAt: '2026-04-02T10:00:00Z',
		groupId: null,
		variables: {},
		settings: {},
		domains: [],
		latestDeployment: null,
		...more,
	};
}

const SHARED = {
	REDIS_URL: reference('pulse-redis', 'REDIS_URL'),
	PULSE_RAILWAY_INTERNAL_TOKEN: 'internal',
	PULSE_RAILWAY_REDIS_PREFIX: 'pulse:railway',
	PULSE_BACKEND_PORT: '8000',
};

/** A complete baseline as `init` leaves it. */
export const BASELINE: readonly ObservedService[] = [
	service('pulse-router', {
		groupId: 'group-1',
		variables: {
			...SHARED,
			PORT: '8000',
			PULSE_RAILWAY_WEBSOCKET_HEARTBEAT_SECONDS: '15',
			PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS: '45',
			PULSE_RAILWAY_CONTROL_TOKEN: 'control',
		},
		domains: [{ domain: 'shop.up.railway.app', targetPort: 8000, custom: false }],
	}),
	service('pulse-janitor', { groupId: 'group-1', variables: { ...SHARED, RAILWAY_TOKEN: 'janitor-token' } }),
	service('pulse-redis', { groupId: 'group-1', variables: { REDIS_URL: 'redis://…' } }),
	service('pulse-env', { groupId: 'group-1' }),
];

export function backend(id: string, more: Partial<ObservedService> = {}): ObservedService {
	return service(id, { variables: { PULSE_DEPLOYMENT_ID: id }, groupId: 'group-1', ...more });
}

export function stack(
	options: { services?: readonly ObservedService[]; backends?: readonly string[]; active?: string } = {},
): StackObservation {
	return {
		project: { id: 'p', name: 'shop', workspaceId: 'w', description: null },
		environment: { id: 'e', name: 'production' },
		sharedVariables: options.active === undefined ? {} : { PULSE_ACTIVE_DEPLOYMENT: options.active },
		services: [...(options.services ?? BASELINE), ...(options.backends ?? []).map((id) => backend(id))],
	};
}

export function record(id: string, state: DeploymentState, more: Partial<DeploymentRecord> = {}): DeploymentRecord {
	const draining = state === 'draining' || state === 'retiring';
	return { id, state, serviceName: id, drainStartedAt: draining ? LONG_AGO : null, lastSeenAt: null, ...more };
}

/** What the router knows, e.g. `live({ old: 'draining', new: 'active' })`. */
export function live(
	states: Readonly<Record<string, DeploymentState>> = {},
	more: Partial<RoutingSnapshot> = {},
): RoutingSnapshot {
	const deployments = Object.entries(states).map(([id, state]) => record(id, state));
	const activeId = deployments.find(({ state }) => state === 'active')?.id ?? null;
	return { revision: 7, activeId, promotedAt: activeId === null ? null : LONG_AGO, deployments, ...more };
}

export const FRESH = {
	internalToken: new Secret('fresh-internal'),
	controlToken: new Secret('fresh-control'),
	janitorToken: { from: 'minted-token' },
	notifySecret: new Secret('whsec_fresh'),
} as const;
