import type { Session } from '../adapters/session.ts';
import { type FleetReport, fleetReport } from '../plan/fleet-report.ts';
import { existing } from '../stack/read-baseline.ts';

export async function status(session: Session, name: string): Promise<FleetReport> {
	const { outputs, fleet } = await existing(session, name);
	const place = { name, region: session.aws.region, loadBalancer: outputs.albDnsName };
	return fleetReport(place, fleet, session.clock.now());
}
