import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { rollback } from '../../packages/pulse-aws/src/commands/rollback.ts';
import { asked, NAME, openAccount } from '../../packages/pulse-aws/src/commands/testing/account.ts';

const LATENCY_MS = 150;
const ROUNDS = 3;

export interface AwsRow {
	readonly command: string;
	/** Calls of AWS, and how many of them waited for one another. */
	readonly calls: number;
	readonly inTurn: number;
	/** Medians: until new visitors are back, and until the command ends. */
	readonly switchedSeconds: number;
	readonly seconds: number;
	readonly mostSeconds: number;
}

/** `pulse-aws rollback` on the emulated account with 150 ms for every call, alone and beside a deploy that builds. */
export async function measureAws(): Promise<readonly AwsRow[]> {
	const rows: AwsRow[] = [];
	for (const beside of [false, true]) {
		process.stderr.write(`pulse-aws rollback${beside ? ' beside a build' : ''}\n`);
		const rounds: AwsRow[] = [];
		for (let n = 0; n < ROUNDS; n++) rounds.push(await once(beside));
		const median = (of: (row: AwsRow) => number) => rounds.map(of).sort((a, b) => a - b)[ROUNDS >> 1]!;
		rows.push({
			...rounds[0]!,
			switchedSeconds: median((row) => row.switchedSeconds),
			seconds: median((row) => row.seconds),
		});
	}
	return rows;
}

async function once(beside: boolean): Promise<AwsRow> {
	const account = await openAccount();
	const yes = Array<boolean>(10).fill(true);
	const release = new AbortController();
	try {
		for (let n = 0; n < 2; n++) await deploy(account.connect({ answers: yes }).session, await asked({}));
		if (beside) {
			const { session, trace } = account.connect({ answers: yes, signal: release.signal });
			const push: typeof session.images.push = async (request, signal) => {
				await session.clock.sleep(600_000, signal);
				return session.images.push(request, signal);
			};
			void deploy({ ...session, images: { ...session.images, push } }, await asked({})).catch(() => {});
			while (trace.count('elb.createTargetGroup') === 0) await account.world.clock.sleep(500);
		}
		const begun = performance.now();
		let at = 0;
		let switched = 0;
		const turns = new Set<number>();
		const { session, trace } = account.connect({
			answers: yes,
			latencyMs: LATENCY_MS,
			before: () => {
				at = performance.now() - begun;
				turns.add(Math.round(at / LATENCY_MS));
			},
			after: ({ call }) => {
				if (call === 'elb.modifyListener') switched = performance.now() - begun;
			},
		});
		await rollback(session, { deploymentName: NAME, deploymentId: null, dryRun: false });
		return {
			command: `rollback${beside ? ', build' : ''}`,
			calls: trace.records.length,
			inTurn: turns.size,
			switchedSeconds: switched / 1000,
			seconds: (performance.now() - begun) / 1000,
			mostSeconds: 2,
		};
	} finally {
		release.abort();
		await account.close();
	}
}
