import { departureText, parseDeparture } from 'pulse-deploy-kit/departure';
import { parsePreview, previewText } from 'pulse-deploy-kit/preview';
import { readContainer } from './container.ts';
import type { DeploymentRecord, DeploymentState } from './record.ts';

const STATES: readonly string[] = ['pending', 'active', 'draining', 'retiring'] satisfies DeploymentState[];

/**
 * Compact JSON with times in seconds, as the predecessor wrote it (contract R4.3). A Pulse app's has no more fields than
 * that, unless it was recalled or drained by a time, or is a preview: older routers and the Python tools read it.
 */
export function encodeRecord(record: DeploymentRecord): string {
	const { container, departure, preview } = record;
	return JSON.stringify({
		deployment_id: record.id,
		state: record.state,
		service_name: record.serviceName,
		drain_started_at: toSeconds(record.drainStartedAt),
		last_seen_at: toSeconds(record.lastSeenAt),
		...(container === undefined
			? {}
			: {
					kind: 'container',
					affinity: container.affinity,
					health_path: container.healthPath,
					port: container.port,
				}),
		...(departure === undefined ? {} : { departure: departureText(departure) }),
		...(record.neverActive === undefined ? {} : { never_active: true }),
		...(preview === undefined ? {} : { preview: previewText(preview) }),
	});
}

/**
 * `null` for anything that is not a record. The key names the deployment, whatever the value says. A state that this
 * version does not know reads as draining: still routed, and deleted only once it is not used.
 */
export function decodeRecord(id: string, json: string): DeploymentRecord | null {
	const fields = parseObject(json);
	if (!fields) return null;
	const { kind, affinity, health_path: healthPath, port, departure: said, never_active: never } = fields;
	const container = readContainer({ kind, affinity, healthPath, port });
	const state = STATES.includes(fields.state as string) ? (fields.state as DeploymentState) : 'draining';
	const leaves = state === 'draining' || state === 'retiring';
	const departure = leaves && typeof said === 'string' ? parseDeparture(said) : undefined;
	const preview = leaves && typeof fields.preview === 'string' ? parsePreview(fields.preview) : undefined;
	return {
		id,
		serviceName: typeof fields.service_name === 'string' && fields.service_name !== '' ? fields.service_name : null,
		state,
		drainStartedAt: leaves ? toMilliseconds(fields.drain_started_at) : null,
		lastSeenAt: toMilliseconds(fields.last_seen_at),
		...(container === undefined ? {} : { container }),
		...(departure === undefined ? {} : { departure }),
		...(leaves && never === true ? { neverActive: true } : {}),
		...(preview === undefined ? {} : { preview }),
	};
}

function parseObject(json: string): Record<string, unknown> | null {
	try {
		const value: unknown = JSON.parse(json);
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: null;
	} catch {
		return null;
	}
}

const toSeconds = (ms: number | null) => (ms === null ? null : ms / 1000);
const toMilliseconds = (seconds: unknown) =>
	typeof seconds === 'number' && Number.isFinite(seconds) ? Math.round(seconds * 1000) : null;
