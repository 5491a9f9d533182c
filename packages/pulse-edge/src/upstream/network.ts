import type { LookupFunction } from 'node:net';

/** Where a service listens. Resolved anew for every connection: addresses change at each deploy. */
export interface Address {
	readonly host: string;
	readonly port: number;
}

/** The one function that turns a service name into an address. */
export interface ServiceNetwork {
	/** Throws for a service that is not on the network (yet): it is asked again for a while. */
	address(serviceName: string, port: number): Address;
	/** After a failed connection to `tried`: looks again at once; true when the address is another one now. */
	refresh(serviceName: string, port: number, tried: Address): boolean;
	/** Name resolution to hand to `net.connect`; absent for networks of plain addresses. */
	readonly lookup?: LookupFunction;
	/** Absent where a service is one address, whatever stands behind it. */
	readonly replicas?: ReplicaDirectory;
}

/** Where each replica of a service listens. */
export interface ReplicaDirectory {
	/**
	 * As it was seen last, each address once, and the very same array until it is seen otherwise; `null` before the
	 * first look. What was seen a while ago is looked at again meanwhile.
	 */
	seen(serviceName: string, port: number): readonly Address[] | null;
	/** Looks now; those who ask while it does share the look. False: it could not be found out. Never rejects. */
	look(serviceName: string, port: number): Promise<boolean>;
}
