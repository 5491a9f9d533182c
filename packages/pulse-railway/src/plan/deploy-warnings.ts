import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { isPassedOn } from '../config/reserved.ts';
import type { ContainerApp } from '../deployments/container.ts';
import type { ObservedService } from '../platform/port.ts';

/** What a person should know before agreeing to a deploy. Whether a reference reaches a sealed variable is nowhere said (docs/platform-facts/railway.md §7). */
export function sealedWarning({ name, variables }: ObservedService): readonly string[] {
	const sealed = Object.keys(variables).filter((variable) => variables[variable] === null && isPassedOn(variable));
	if (sealed.length === 0) return [];
	return [
		`${sealed.join(', ')} of ${name}: Railway may not pass sealed variables on; unseal them if the app lacks them.`,
	];
}

interface Replicated {
	readonly app: Pick<LoadedApp | ContainerApp, 'language'>;
	readonly pinsReplicas?: boolean;
}

/** A page has to say which replica holds its session, and the router to understand it (contract R2.22). */
export function replicaWarning(replicas: number, { app, pinsReplicas }: Replicated): readonly string[] {
	if (replicas === 1) return [];
	if (app.language === 'container')
		return [
			`${replicas} replicas: requests of a container app go to any of them, so what it keeps in memory will break.`,
		];
	if (pinsReplicas !== true)
		return [
			`${replicas} replicas: the router of this stack is older and does not tell them apart, so sessions kept in memory will break. Bring it to this version first: pulse-railway upgrade`,
		];
	if (app.language === 'python')
		return [`${replicas} replicas: pages of a Python app do not say theirs, so one of them serves them all.`];
	return [];
}
