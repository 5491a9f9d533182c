import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { reap } from '../../packages/pulse-aws/src/commands/reap.ts';
import { rollback } from '../../packages/pulse-aws/src/commands/rollback.ts';
import { status } from '../../packages/pulse-aws/src/commands/status.ts';
import { teardown } from '../../packages/pulse-aws/src/commands/teardown.ts';
import { type Account, NAME } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { verify } from '../../packages/pulse-aws/src/commands/verify.ts';
import type { KeepReason } from '../../packages/pulse-aws/src/reaper/decide.ts';
import { counterDeploy } from './counter-account.ts';

const YES = Array<boolean>(20).fill(true);

/** An operator who runs `pulse-aws` on an emulated account, and its reaper. */
export class Operator {
	readonly #account: Account;

	constructor(account: Account) {
		this.#account = account;
	}

	/** Resolves to the deployment's id. */
	async deploy(label: string): Promise<string> {
		const { result } = await deploy(this.#session(), await counterDeploy(label));
		return result?.deployment_id ?? '';
	}

	async rollback(): Promise<string> {
		const request = { deploymentName: NAME, deploymentId: null, dryRun: false };
		return (await rollback(this.#session(), request)).result?.deployment_id ?? '';
	}

	async verify(): Promise<{ ok: boolean; deployments: number }> {
		const request = { deploymentName: NAME, domain: null, healthPath: '/_pulse/health' };
		const { ok, checks } = await verify(this.#session(), request);
		return { ok, deployments: checks.filter((check) => check.path.includes('pulse_deployment=')).length };
	}

	/** Resolves to how it ended, in its own words. */
	async teardown(force: boolean): Promise<string> {
		const request = { deploymentName: NAME, force, pollSeconds: 5, dryRun: false };
		return teardown(this.#session(), request).then(
			({ result }) => result.status,
			(error: Error) => error.message,
		);
	}

	/** States by id. */
	async states(): Promise<Map<string, string>> {
		const { deployments } = await status(this.#session(), NAME);
		return new Map(deployments.map((one) => [one.deployment_id, one.state]));
	}

	/** One run of the reaper; resolves to why it kept what it kept. */
	async reap(): Promise<Map<string, KeepReason>> {
		const request = { deploymentName: NAME, maxAgeHours: 24, deploymentTimeoutHours: 1, dryRun: false };
		const { kept } = await reap(this.#session(), request);
		return new Map(kept.map((one) => [one.id, one.reason]));
	}

	/** Runs the reaper every minute, as its schedule would, until the deployment is gone. */
	async untilReaped(id: string): Promise<void> {
		for (let minute = 0; (await this.states()).has(id); minute += 1) {
			if (minute === 60) throw new Error(`the reaper has not deleted ${id} in an hour`);
			await this.reap();
			await this.minutes(1);
		}
	}

	/** Minutes of the account's time. */
	minutes(count: number): Promise<void> {
		return this.#account.world.clock.sleep(count * 60_000);
	}

	/** What there is in the account of ids that begin so. */
	remnantsOf(id: string): string[] {
		const { ecs, elb, parameters } = this.#account.world;
		const living = ecs.tasks.filter((task) => task.status !== 'STOPPED' && task.service.name.startsWith(id));
		return [
			...living.map((task) => `task ${task.id} of ${task.service.name}`),
			...[...elb.targetGroups.values()].map((group) => group.name).filter((name) => name.startsWith(id.slice(0, 23))),
			...[...elb.rules.values()].flatMap((rule) => JSON.stringify(rule.conditions)).filter((text) => text.includes(id)),
			...[...parameters.keys()].filter((name) => name.includes(id)),
		];
	}

	#session() {
		return this.#account.connect({ answers: YES }).session;
	}
}
