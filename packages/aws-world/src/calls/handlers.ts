import type { Aws } from './port.ts';

export type ServiceName = Exclude<keyof Aws, 'region'>;

type Handler<Method> = Method extends (input: infer Input, options?: never) => Promise<infer Output>
	? (input: Input) => Omit<Output, '$metadata'>
	: never;

/**
 * A service of the world: every method changes the state in one synchronous step and throws as AWS would refuse.
 * Waiting, faults and the trace are added by `connect`.
 */
export type Handlers<Service extends ServiceName> = {
	readonly [Method in keyof Aws[Service]]: Handler<Aws[Service][Method]>;
};

export type AllHandlers = { readonly [Service in ServiceName]: Handlers<Service> };

/** `ecs.createService`, `elb.describeRules`, …; bringing up the baseline stack counts as one call. */
export type CallName =
	| 'baseline.deploy'
	| { [Service in ServiceName]: `${Service}.${Extract<keyof Aws[Service], string>}` }[ServiceName];
