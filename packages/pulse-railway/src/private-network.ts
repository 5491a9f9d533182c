/** Where a service listens inside the project. Resolved anew for every connection: addresses change at each deploy. */
export interface Address {
	readonly host: string;
	readonly port: number;
}

/** The one function that turns a service name into an address. */
export interface PrivateNetwork {
	address(serviceName: string, port: number): Address;
	close(): void;
}
