import { expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from './record-json.ts';

it('writes compact JSON with times in seconds (R4.3)', () => {
	const record = { id: 'a', serviceName: 's', state: 'draining', drainStartedAt: 1_500, lastSeenAt: 0 } as const;
	const json = '{"deployment_id":"a","state":"draining","service_name":"s","drain_started_at":1.5,"last_seen_at":0}';
	expect(encodeRecord(record)).toBe(json);
	expect(decodeRecord('a', json)).toEqual(record);
});

it('adds to a container app what it is, and to no other: older routers and the Python tools read the rest (R4.3)', () => {
	const record = { id: 'a', serviceName: 's', state: 'pending', drainStartedAt: null, lastSeenAt: null } as const;
	const container = { affinity: 'session', healthPath: '/well', port: 8501 } as const;
	const json = encodeRecord({ ...record, container });
	expect(json).toBe(
		`${encodeRecord(record).slice(0, -1)},"kind":"container","affinity":"session","health_path":"/well","port":8501}`,
	);
	expect(decodeRecord('a', json)).toEqual({ ...record, container });
});

it('reads the parts of a container app that make no sense as their defaults', () => {
	const odd = '{"state":"pending","kind":"container","affinity":"moon","health_path":7,"port":"many"}';
	expect(decodeRecord('a', odd)?.container).toEqual({ affinity: 'tab', healthPath: '/', port: 8000 });
	expect(decodeRecord('a', '{"state":"pending","kind":"vm"}')).not.toHaveProperty('container');
});

it('reads missing, null and odd fields as null (R4.3)', () => {
	const nothing = { id: 'a', serviceName: null, state: 'pending', drainStartedAt: null, lastSeenAt: null };
	expect(decodeRecord('a', '{"state":"pending"}')).toEqual(nothing);
	expect(decodeRecord('a', '{"state":"pending","service_name":7,"last_seen_at":"soon","drain_started_at":3}')).toEqual(
		nothing,
	);
});

it('reads a state of another version as draining, so that it is routed and never deleted while used', () => {
	expect(decodeRecord('a', '{"state":"hibernating"}')).toMatchObject({ state: 'draining', drainStartedAt: null });
	expect(decodeRecord('a', '{}')).toMatchObject({ state: 'draining' });
});

it('goes by the key, not by the id in the value', () => {
	expect(decodeRecord('a', '{"deployment_id":"b","state":"pending"}')?.id).toBe('a');
});

it('knows what is no record', () => {
	for (const json of ['', '{', 'null', '[]', '"text"', '1700000000.0']) expect(decodeRecord('a', json)).toBeNull();
});
