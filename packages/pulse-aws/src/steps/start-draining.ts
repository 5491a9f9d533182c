import type { Deployment } from '../deployments/deployment.ts';
import { writeState } from '../platform/state.ts';
import type { Run } from './run.ts';

export async function startDraining({ session, name }: Run, deployment: Deployment): Promise<void> {
	await writeState(session.aws, { name, ...deployment }, 'draining', session.clock.now());
}
