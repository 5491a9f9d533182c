import { mapLimited } from 'pulse-deploy-kit/map-limited';
import type { StoreInfo } from '../deployments/store-info.ts';
import type { ControlContext } from './methods.ts';
import type { ControlHeaders } from './sign.ts';

const READS = 5;
const NAMES_AT_ONCE = 8;

/** What only the router can see. JSON all through. */
export interface Diagnosis {
	/** Of the router; `null` where it does not say. */
	readonly version: string | null;
	readonly store: StoreInfo;
	/** The median of some reads of the store, milliseconds. */
	readonly storeMs: number;
	/** By service name: how many addresses its private name leads to. */
	readonly addresses: Readonly<Record<string, number>>;
	/** How a request comes in through what stands before the router; absent: an older router, which does not say. */
	readonly came?: {
		/** How many addresses `X-Forwarded-For` names; `null`: it has none. */
		readonly forwardedFor: number | null;
		readonly realIp: boolean;
	};
}

/** Reads alone; the store and the private network are asked as routing asks them. */
export async function diagnose(
	{ store, addressesOf, version, headers }: Pick<ControlContext, 'store' | 'addressesOf' | 'version' | 'headers'>,
	serviceNames: readonly string[],
): Promise<Diagnosis> {
	const info = await store.info();
	const took: number[] = [];
	for (let read = 0; read < READS; read++) {
		const begun = performance.now();
		await store.lockHolder('deploy');
		took.push(performance.now() - begun);
	}
	const found = await mapLimited(NAMES_AT_ONCE, serviceNames, async (name) => {
		return [name, (await addressesOf?.(name)) ?? 0] as const;
	});
	const storeMs = Math.round(took.sort((a, b) => a - b)[Math.floor(READS / 2)] ?? 0);
	const told = { version: version ?? null, store: info, storeMs, addresses: Object.fromEntries(found) };
	return headers === undefined ? told : { ...told, came: came(headers) };
}

function came(headers: ControlHeaders): NonNullable<Diagnosis['came']> {
	const given = [headers['x-forwarded-for'] ?? []].flat();
	const addresses = given
		.join(',')
		.split(',')
		.filter((address) => address.trim() !== '');
	return {
		forwardedFor: given.length === 0 ? null : addresses.length,
		realIp: headers['x-real-ip'] !== undefined,
	};
}
