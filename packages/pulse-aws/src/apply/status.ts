import { type FleetReport, fleetReport } from '../plan/fleet-report.ts';
import { existing } from './baseline.ts';
import type { Session } from './session.ts';

export async function status(session: Session, name: string): Promise<FleetReport> {
	const { outputs, fleet } = await existing(session, name);
	const place = { name, region: session.aws.region, loadBalancer: outputs.albDnsName };
	return fleetReport(place, fleet, session.clock.now());
}
