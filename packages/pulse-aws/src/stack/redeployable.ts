import type { AskedOnce } from 'pulse-deploy-kit/asked-once';
import { looking, type Session } from '../adapters/session.ts';
import { redeployable } from '../deployments/choose-version.ts';
import type { Fleet } from '../plan/observation.ts';
import { type Parameter, readParameters } from '../platform/parameters.ts';
import { readHistory } from '../platform/read-history.ts';
import type { TaskDefinitions } from '../platform/task-definitions.ts';
import { readVersions } from '../platform/versions.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { ownersIn } from './lease-watch.ts';

/** What others read as well. */
interface Shared {
	readonly parameters: AskedOnce<readonly Parameter[]>;
	readonly definitions: TaskDefinitions;
}

/** What `rollback --redeploy` could make again of what does not run, the one that was active before first. */
export async function readRedeployable(
	session: Session,
	name: string,
	{ traffic, deployments, strays }: Fleet,
	{ parameters, definitions }: Shared,
): Promise<readonly string[]> {
	const aws = looking(session);
	const [versions, owners] = await Promise.all([
		readVersions(aws, name, definitions),
		parameters.read(() => readParameters(aws, name)).then(ownersIn),
	]);
	const activeId = activeDeployment(traffic, deployments)?.id ?? null;
	// What another command is making right now is none to go back to.
	const running = [...deployments.map(({ id }) => id), ...strays, ...owners.keys()];
	const facts = { activeId, running, versions, history: [] };
	// Previews are told by the history alone.
	return redeployable(facts).length === 0 ? [] : redeployable({ ...facts, history: await readHistory(aws, name) });
}
