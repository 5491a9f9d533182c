import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import { StopSwitch } from 'pulse-deploy-kit/supersede/stop-switch';
import type { Session } from '../adapters/session.ts';
import { leaseHolder } from '../deployments/lock-value.ts';
import { createLock, readLock } from '../platform/lock-parameter.ts';
import { ownerParameter, supersededParameter } from '../protocol.ts';
import { type Kept, keep } from './keep-lock.ts';
import { type Held, Holding } from './lock-holding.ts';

/**
 * What a deploy holds of the deployment that it makes, from the moment when it takes the id until it ends (contract, decision
 * 23): the id is its own, and the next deploy and the reaper, which clean up after killed commands, leave the deployment alone
 * while the lease is renewed. It is kept as the deploy lock is. Where another run took it for abandoned, nothing of the
 * deployment is this run's any more.
 */
export class Lease {
	readonly #session: Session;
	readonly #name: string;
	readonly #id: string;
	readonly #lane: Lane | undefined;
	/** Where a later deploy takes the place of this one; it is asked with each renewal, and right before the cut-over. */
	readonly stop: StopSwitch;
	#kept: ReturnType<typeof keep> | undefined;
	#ended: Promise<void> | undefined;

	/** @param lane which later deploys it stops for; left out: for none */
	constructor(session: Session, name: string, id: string, lane?: Lane) {
		this.#session = session;
		this.#name = name;
		this.#id = id;
		this.#lane = lane;
		this.stop = new StopSwitch(id);
	}

	get isTaken(): boolean {
		return this.#kept !== undefined;
	}

	/** @throws a defect of the plan where it was not taken */
	get kept(): Kept {
		if (this.#kept === undefined) throw new Error(`the lease of ${this.#id} was not taken`);
		return this.#kept;
	}

	/** @param lock the session that may write now @throws DeployToolError `deployment-id-taken` */
	async take({ aws }: Pick<Session, 'aws'>): Promise<void> {
		const session = this.#session;
		const { clock } = session;
		const owner = leaseHolder(session.owner, this.#lane);
		const token = session.randomHex(8);
		const parameter = ownerParameter(this.#name, this.#id);
		const at = clock.now();
		const made = await createLock(aws, parameter, owner, token).catch((cause: unknown) => ({ cause }));
		let version = 1;
		if (made !== true) {
			// A call whose answer was lost may have been carried out, and the SDK's repetition of it meets its own parameter.
			const seen = await readLock(aws, parameter);
			if (seen?.token !== token) throw made === false ? taken(this.#id, seen?.holder ?? null) : made.cause;
			({ version } = seen);
		}
		const beside = {
			parameter: supersededParameter(this.#name, this.#id),
			hear: (by: string | null) => this.stop.hear(by),
		};
		const plain = { what: `lease of ${this.#id}`, parameter, survivesDeletion: false };
		const held: Held = this.#lane === undefined ? plain : { ...plain, beside };
		this.#kept = keep(session, new Holding({ ...session, owner }, held, token, version, at));
	}

	/** Gives it back; also where it was never taken, or was lost. @param forget the deployment is gone */
	async end(forget = false): Promise<void> {
		this.#ended ??= this.#kept?.end(forget);
		await this.#ended;
	}
}

function taken(id: string, by: string | null): DeployToolError {
	return new DeployToolError('deployment-id-taken', `${id} is being deployed by another run.`, {
		fault: 'user',
		detail: by === null ? 'It chose the same second.' : `It chose the same second: ${by}.`,
		next: 'Look at pulse-aws status, then run the same command again.',
	});
}
