import type { Reading } from 'pulse-edge/report/metrics';
import type { RoutingTable } from './snapshot.ts';

/** What operators watch of the snapshot, beside the edge's own metrics. */
export function snapshotReadings(table: RoutingTable): Reading[] {
	return [
		{
			name: 'pulse_router_snapshot_age_seconds',
			help: 'Age of the routing snapshot; 0 while the store is watched, -1 without one',
			aggregator: 'max',
			value: () => {
				const { ageMs } = table.status();
				return ageMs === null ? -1 : ageMs / 1000;
			},
		},
		{
			name: 'pulse_router_snapshot_revision',
			help: 'Revision of the routing snapshot',
			aggregator: 'min',
			value: () => table.revision,
		},
		{
			name: 'pulse_router_store_reachable',
			help: '1 while the store is watched',
			aggregator: 'min',
			value: () => (table.status().storeReachable ? 1 : 0),
		},
	];
}
