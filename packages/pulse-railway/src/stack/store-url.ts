import type { StackObservation } from '../platform/port.ts';

const VARIABLE = 'REDIS_URL';
const REFERENCE = /^\$\{\{\s*([^.}]+?)\s*\.\s*([A-Za-z0-9_]+)\s*\}\}$/;

/**
 * The address of the deployment store as the router has it, else as the Redis service has it (contract R9.12); `null` when
 * neither has one that can be read from here. A reference to another service's variable is followed.
 */
export function storeUrlOfStack(
	{ services, sharedVariables }: StackObservation,
	{ service, redisService }: { readonly service: string; readonly redisService: string | undefined },
): string | null {
	const variable = (service: string, name: string) =>
		service === 'shared'
			? sharedVariables[name]
			: services.find((candidate) => candidate.name === service)?.variables[name];
	let value = variable(service, VARIABLE) || variable(redisService ?? '', VARIABLE);
	// A reference may point to a reference, but not for ever.
	for (let hop = 0; hop < 3; hop++) {
		const [, service, name] = REFERENCE.exec(value ?? '') ?? [];
		if (service === undefined || name === undefined) break;
		value = variable(service, name);
	}
	return value && !value.includes('${{') ? value : null;
}
