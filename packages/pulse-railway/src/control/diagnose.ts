import { mapLimited } from 'pulse-deploy-kit/map-limited';
import type { StoreInfo } from '../deployments/store-info.ts';
import type { ControlContext } from './methods.ts';

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
}

/** Reads alone; the store and the private network are asked as routing asks them. */
export async function diagnose(
	{ store, addressesOf, version }: Pick<ControlContext, 'store' | 'addressesOf' | 'version'>,
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
	return { version: version ?? null, store: info, storeMs, addresses: Object.fromEntries(found) };
}
