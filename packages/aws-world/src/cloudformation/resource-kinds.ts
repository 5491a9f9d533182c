import type { Arns } from '../arn.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import type { Registry } from '../ecr/registry.ts';
import type { Subnets } from '../ecs/ports.ts';
import type { EcsState } from '../ecs/state.ts';
import type { ElbState } from '../elb/state.ts';
import type { LogGroups } from '../logs/log-groups.ts';

export interface StackPorts {
	readonly arns: Arns;
	readonly clock: WorldClock;
	readonly elb: ElbState;
	readonly ecs: EcsState;
	readonly registry: Registry;
	readonly logs: LogGroups;
	readonly subnets: Subnets;
	isIssued(certificateArn: string): boolean;
	/** Opens the data plane of a load balancer; resolves to `127.0.0.1:<port>`. */
	openBalancer(loadBalancerArn: string): Promise<string>;
	closeBalancer(loadBalancerArn: string): Promise<void>;
}

export interface Created {
	/** What `Ref` gives. */
	readonly physicalId: string;
	readonly attributes: Readonly<Record<string, string>>;
}

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceKind {
	/** Throws with the reason of the failure. */
	create(logicalId: string, properties: Properties, ports: StackPorts): Created | Promise<Created>;
	/** Sets what the template says again; without it a changed resource keeps what it is. */
	update?(created: Created, properties: Properties, ports: StackPorts): void;
	remove?(created: Created, properties: Properties, ports: StackPorts): void | Promise<void>;
}

/** A type without behaviour here gets an id, and attributes named after what was asked for. */
export const INERT: ResourceKind = {
	create(logicalId, properties, { arns }) {
		const name = Object.entries(properties).find(([key]) => /^(Role|Function|ManagedPolicy)?Name$/.test(key))?.[1];
		return { physicalId: typeof name === 'string' ? name : `${logicalId}-${arns.id(17)}`, attributes: {} };
	},
};
