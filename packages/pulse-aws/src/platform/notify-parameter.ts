import { notifyParameter } from '../deployments/names.ts';
import { parameterJson } from '../deployments/parameter-json.ts';
import type { Aws } from './aws.ts';

type Ssm = Pick<Aws, 'ssm'>;

/** Where a stack sends notices, as it is kept: encrypted, because the URL is all that a sender needs to write there. */
export interface KeptNotify {
	/** `off`: none are sent. */
	readonly url: string;
	/** Signs webhooks. */
	readonly secret: string;
	/** Seconds. */
	readonly kept: number;
}

/** `null`: it was never set, or not in a way that this version reads. */
export async function readNotify({ ssm }: Ssm, name: string): Promise<KeptNotify | null> {
	const { Parameters } = await ssm.getParameters({ Names: [notifyParameter(name)], WithDecryption: true });
	try {
		const { url, secret, kept } = JSON.parse(Parameters?.[0]?.Value ?? 'null') ?? {};
		const isRead = typeof url === 'string' && typeof secret === 'string' && typeof kept === 'number';
		return isRead ? { url, secret, kept } : null;
	} catch {
		return null;
	}
}

export async function writeNotify({ ssm }: Ssm, name: string, kept: KeptNotify): Promise<void> {
	await ssm.putParameter({
		Name: notifyParameter(name),
		Value: parameterJson(kept),
		Type: 'SecureString',
		Overwrite: true,
	});
}
