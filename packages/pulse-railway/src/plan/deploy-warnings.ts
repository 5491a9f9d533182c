import { isPassedOn } from '../config/reserved.ts';
import type { ObservedService } from '../platform/port.ts';

/** What a person should know of the settings before agreeing to a deploy. */
export function deployWarnings(replicas: number, env: ObservedService): readonly string[] {
	return [...replicaWarning(replicas), ...sealedWarning(env)];
}

/** Whether a reference reaches a sealed variable is nowhere said (docs/platform-facts/railway.md §7). */
function sealedWarning({ name, variables }: ObservedService): readonly string[] {
	const sealed = Object.keys(variables).filter((variable) => variables[variable] === null && isPassedOn(variable));
	if (sealed.length === 0) return [];
	return [
		`${sealed.join(', ')} of ${name}: Railway may not pass sealed variables on; unseal them if the app lacks them.`,
	];
}

function replicaWarning(replicas: number): readonly string[] {
	return replicas === 1
		? []
		: [`${replicas} replicas: Railway picks one at random for each request, so sessions kept in memory will break.`];
}
