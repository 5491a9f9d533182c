import { looking, type Session } from '../adapters/session.ts';
import { LOCK_TTL_MS, lockText, parseLock } from '../deployments/lock-value.ts';
import type { Aws } from '../platform/aws.ts';
import { readLock, replaceLock } from '../platform/lock-parameter.ts';
import { type Parameter, readParameters } from '../platform/parameters.ts';
import { isOwner, ownerParameter } from '../protocol.ts';

const LOOK_MS = 5_000;

/** Deployment id → what its owner's parameter holds. */
export type Owners = ReadonlyMap<string, string>;

/**
 * Tells deployments that other commands are making from those that killed commands left: by whether their leases change while
 * this command counts its own sleeps, since the clocks of two machines differ. What is not known yet counts as alive.
 */
export class LeaseWatch {
	readonly #session: Session;
	readonly #name: string;
	/** Lapsed ones, as they were and stayed. */
	readonly #lapsed = new Map<string, string>();

	constructor(session: Session, name: string) {
		this.#session = session;
		this.#name = name;
	}

	/** Resolves once each lease that stands was seen to be renewed, or not to be. The deploy lock must not be held meanwhile. */
	async settle(signal: AbortSignal): Promise<void> {
		const { clock, host } = this.#session;
		const read = () => readOwners(looking(this.#session, signal), this.#name);
		let open = this.standing(await read());
		for (let unchangedMs = 0; open.size > 0; ) {
			const text = `Looking whether ${[...open.keys()].join(', ')} is still being deployed`;
			host.notify({ level: 'step', id: 'lease', state: 'waiting', text });
			await clock.sleep(LOOK_MS, signal);
			unchangedMs += LOOK_MS;
			const now = await read();
			open = new Map([...open].filter(([id, value]) => now.get(id) === value));
			if (unchangedMs < LOCK_TTL_MS) continue;
			for (const [id, value] of open) this.#lapsed.set(id, value);
			return;
		}
	}

	/** Those of commands that live, or may live. */
	standing(owners: Owners): Owners {
		return new Map([...owners].filter(([id, value]) => isLease(value) && this.#lapsed.get(id) !== value));
	}

	/** Those of commands that were killed, or sleep. */
	lapsed(owners: Owners): Owners {
		return new Map([...owners].filter(([id, value]) => this.#lapsed.get(id) === value));
	}
}

export async function readOwners(aws: Pick<Aws, 'ssm'>, name: string): Promise<Owners> {
	return ownersIn(await readParameters(aws, name));
}

export function ownersIn(parameters: readonly Parameter[]): Owners {
	const owners = parameters.filter((one) => isOwner(one.name));
	return new Map(owners.map((one) => [one.deploymentId, one.value]));
}

/** One that an older version of this tool wrote is none: such a run holds the deploy lock until it ends. */
function isLease(value: string): boolean {
	const { holder, token } = parseLock(value);
	return holder !== null && token !== null;
}

/**
 * Ends a lease that has lapsed, so that its holder, which may merely sleep, finds it gone before it writes anything.
 * @returns whether it was still as it had been
 */
export async function endLapsed(
	{ aws, randomHex }: Session,
	name: string,
	id: string,
	value: string,
): Promise<boolean> {
	const parameter = ownerParameter(name, id);
	const seen = await readLock(aws, parameter);
	if (seen === null) return true;
	return lockText(seen) === value && (await replaceLock(aws, parameter, null, randomHex(8), seen.version));
}
