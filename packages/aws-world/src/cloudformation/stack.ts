import type { Output, StackEvent, StackStatus } from '@aws-sdk/client-cloudformation';
import { CONTAINER_KINDS } from './container-kinds.ts';
import { LOAD_BALANCING_KINDS } from './load-balancing-kinds.ts';
import { NETWORK_KINDS } from './network-kinds.ts';
import { type Created, INERT, type Properties, type ResourceKind, type StackPorts } from './resource-kinds.ts';
import { creationOrder, evaluate, type Scope, type Template } from './template.ts';

const KINDS: Readonly<Record<string, ResourceKind>> = { ...LOAD_BALANCING_KINDS, ...NETWORK_KINDS, ...CONTAINER_KINDS };
const kindOf = (type: string): ResourceKind => KINDS[type] ?? INERT;

export interface LiveResource {
	readonly type: string;
	readonly created: Created;
	properties: Properties;
	readonly retained: boolean;
}

export interface Stack {
	readonly name: string;
	readonly id: string;
	readonly createdAt: number;
	status: StackStatus;
	reason: string | undefined;
	/** Termination protection. */
	isProtected: boolean;
	template: Template;
	tags: Readonly<Record<string, string>>;
	outputs: Output[];
	/** By logical id, in order of creation. */
	readonly resources: Map<string, LiveResource>;
	/** Oldest first. */
	readonly events: StackEvent[];
}

/** Brings the stack's resources to its template. `touchAll` re-applies unchanged ones too. Throws the first failure. */
export async function applyTemplate(
	stack: Stack,
	template: Template,
	touchAll: boolean,
	ports: StackPorts,
): Promise<void> {
	const scope = scopeOf(stack, ports);
	for (const logicalId of creationOrder(template)) {
		const { Type, Properties = {}, DeletionPolicy } = template.Resources[logicalId]!;
		const properties = evaluate(Properties, scope) as Properties;
		const known = stack.resources.get(logicalId);
		try {
			if (!known) {
				const created = await kindOf(Type).create(logicalId, properties, ports);
				const retained = DeletionPolicy === 'Retain' || DeletionPolicy === 'RetainExceptOnCreate';
				stack.resources.set(logicalId, { type: Type, created, properties, retained });
			} else if (touchAll || JSON.stringify(known.properties) !== JSON.stringify(properties)) {
				kindOf(Type).update?.(known.created, properties, ports);
				known.properties = properties;
			}
		} catch (error) {
			record(stack, logicalId, Type, known ? 'UPDATE_FAILED' : 'CREATE_FAILED', (error as Error).message, ports);
			throw error;
		}
	}
	for (const [logicalId] of [...stack.resources].filter(([id]) => !template.Resources[id])) {
		await removeResource(stack, logicalId, ports);
	}
	stack.template = template;
	stack.outputs = Object.entries(template.Outputs ?? {}).map(([OutputKey, { Value }]) => ({
		OutputKey,
		OutputValue: String(evaluate(Value, scope)),
	}));
}

/** Last created first. Throws the first failure and leaves the rest. */
export async function removeResources(stack: Stack, keep: readonly string[], ports: StackPorts): Promise<void> {
	for (const logicalId of [...stack.resources.keys()].reverse()) {
		if (keep.includes(logicalId)) stack.resources.delete(logicalId);
		else await removeResource(stack, logicalId, ports);
	}
}

async function removeResource(stack: Stack, logicalId: string, ports: StackPorts): Promise<void> {
	const { type, created, properties, retained } = stack.resources.get(logicalId)!;
	try {
		if (!retained) await kindOf(type).remove?.(created, properties, ports);
	} catch (error) {
		record(stack, logicalId, type, 'DELETE_FAILED', (error as Error).message, ports);
		throw error;
	}
	stack.resources.delete(logicalId);
}

function scopeOf(stack: Stack, { arns }: StackPorts): Scope {
	const live = (id: string) => {
		const resource = stack.resources.get(id);
		if (resource) return resource.created;
		throw new Error(`Template error: unresolved resource dependency [${id}]`);
	};
	return {
		region: arns.region,
		account: arns.account,
		stackName: stack.name,
		ref: (id) => live(id).physicalId,
		attribute: (id, name) =>
			live(id).attributes[name] ??
			(name === 'Arn' ? arns.of('iam', live(id).physicalId) : `${live(id).physicalId}.${name}`),
	};
}

export function record(
	stack: Stack,
	logicalId: string,
	type: string,
	status: string,
	reason: string | undefined,
	{ clock }: Pick<StackPorts, 'clock'>,
): void {
	stack.events.push({
		StackId: stack.id,
		StackName: stack.name,
		EventId: `event-${stack.events.length}`,
		LogicalResourceId: logicalId,
		ResourceType: type,
		Timestamp: new Date(clock.now()),
		ResourceStatus: status as 'CREATE_FAILED',
		...(reason === undefined ? {} : { ResourceStatusReason: reason }),
	});
}
