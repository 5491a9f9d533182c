import { forgetRemembered, readRemembered, rememberedPlace, unreadable } from 'pulse-deploy-kit/remembered';
import { deploymentName } from '../deployments/names.ts';
import { parseDomain } from './domain.ts';

/** Where the first `deploy` or `ensure` of this app went, beside its `pulse.toml`. */
export interface RememberedPlace {
	/** Guards the others: they mean nothing in another account. */
	readonly account: string;
	readonly region: string;
	readonly deploymentName: string;
	/** `null`: not known. */
	readonly domain: string | null;
	/** The file, for messages. */
	readonly place: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The name of the file. What an emulator of AWS has is of this machine alone: it stands in a folder that git and uploads leave
 * out.
 */
export function rememberedName(env: Env): string {
	return (env.AWS_ENDPOINT_URL ?? '').trim() === '' ? 'aws.json' : 'local/aws.json';
}

/** `undefined`: nothing is remembered. @throws usage error for a file that says it otherwise: it may be another person's */
export async function rememberedIn(folder: string, env: Env): Promise<RememberedPlace | undefined> {
	const name = rememberedName(env);
	const said = await readRemembered(folder, name);
	if (said === undefined) return undefined;
	const { account, region, deployment_name: deployment, domain = null } = said;
	if (typeof account !== 'string' || !/^\d{12}$/.test(account)) throw unreadable(name, 'it names no account');
	// The region becomes part of the host that is asked.
	if (typeof region !== 'string' || !/^[a-z]{2,8}(-[a-z]{2,12}){1,3}-\d{1,2}$/.test(region))
		throw unreadable(name, 'it names no region');
	const read = <T>(parse: (raw: string) => T, value: unknown, what: string): T => {
		try {
			if (typeof value === 'string') return parse(value);
		} catch {
			// Told below, as for any other value.
		}
		throw unreadable(name, `it names no ${what}`);
	};
	return {
		account,
		region,
		deploymentName: read(deploymentName, deployment, 'deployment'),
		domain: domain === null ? null : read(parseDomain, domain, 'domain'),
		place: rememberedPlace(name),
	};
}

/** Of what is gone now. */
export function forget(folder: string, env: Env): Promise<void> {
	return forgetRemembered(folder, rememberedName(env));
}

export function placeText({
	account,
	region,
	deploymentName: name,
}: Omit<RememberedPlace, 'place' | 'domain'>): string {
	return `deployment ${name} in ${region}, account ${account}`;
}
