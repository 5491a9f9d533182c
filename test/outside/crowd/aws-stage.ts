import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy } from '../../../packages/pulse-aws/src/commands/deploy.ts';
import { leave } from '../../../packages/pulse-aws/src/commands/leave.ts';
import { reap } from '../../../packages/pulse-aws/src/commands/reap.ts';
import { rollback } from '../../../packages/pulse-aws/src/commands/rollback.ts';
import { status } from '../../../packages/pulse-aws/src/commands/status.ts';
import { NAME } from '../../../packages/pulse-aws/src/commands/testing/account.ts';
import { counterDeploy, openCounterAccount } from '../../demo-aws/counter-account.ts';
import type { Stage } from './stage.ts';

const YES = Array<boolean>(20).fill(true);
/** Versions that do not share it give each browser a new session. */
const SECRET = 'PULSE_SECRET=0123456789abcdef0123456789abcdef0123456789abcdef';

/** The emulated account, whose time runs faster, by the functions of the commands. Its first deploy is made here: before, there is no address. */
export async function openAwsStage(): Promise<Stage> {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-crowd-'));
	const account = await openCounterAccount();
	const session = () => account.connect({ answers: YES }).session;
	let count = 0;
	const deployNext = async () => {
		const shared = [SECRET, `PULSE_RAILWAY_REDIS_URL=sqlite:${join(folder, 'sessions.db')}`];
		const taskEnv = [`COUNTER_LABEL=v${++count}`, 'COUNTER_SESSION_SECONDS=60', ...shared];
		const { result } = await deploy(session(), await counterDeploy(`v${count}`, { taskEnv, desiredCount: '3' }));
		return result?.deployment_id ?? '';
	};
	const first = deployNext();
	await first;
	let isFirst = true;
	return {
		origin: await account.origin(),
		deploy: () => {
			const made = isFirst ? first : deployNext();
			isFirst = false;
			return made;
		},
		rollback: async () => void (await rollback(session(), { deploymentName: NAME, deploymentId: null, dryRun: false })),
		recall: async (id) => {
			const when = { withinSeconds: 3_600, isUsual: false };
			await leave(session(), { verb: 'recall', deploymentName: NAME, deploymentId: id, when, dryRun: false });
		},
		cleanUp: async () => {
			const request = { deploymentName: NAME, maxAgeHours: 24, deploymentTimeoutHours: 1, dryRun: false };
			await reap(session(), request);
		},
		ids: async () => (await status(session(), NAME)).deployments.map(({ deployment_id }) => deployment_id),
		close: async () => {
			await account.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
