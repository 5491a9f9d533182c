import { Refusal } from '../refusal.ts';
import { domainsOf, environmentOf, instancesIn, projectOf, serviceOf } from './lookup.ts';
import type { InstanceRow, Variables, WorldData } from './model.ts';
import { referencedOwners, renderReferences } from './references.ts';

/** Variables that the platform itself adds to a service (facts §7, "Provided variables"). */
export function providedVariables(data: WorldData, instance: InstanceRow): Record<string, string> {
	const service = serviceOf(data, instance.serviceId);
	const environment = environmentOf(data, instance.environmentId);
	const project = projectOf(data, service.projectId);
	const domain = domainsOf(data, instance.id)[0]?.domain;
	return {
		RAILWAY_PROJECT_NAME: project.name,
		RAILWAY_PROJECT_ID: project.id,
		RAILWAY_ENVIRONMENT_NAME: environment.name,
		RAILWAY_ENVIRONMENT_ID: environment.id,
		RAILWAY_SERVICE_NAME: service.name,
		RAILWAY_SERVICE_ID: service.id,
		RAILWAY_PRIVATE_DOMAIN: `${service.name}.railway.internal`,
		...(domain === undefined ? {} : { RAILWAY_PUBLIC_DOMAIN: domain, RAILWAY_STATIC_URL: domain }),
	};
}

/** The service's own variables with references resolved; sealed ones included: they do reach deployments. */
export function renderedVariables(
	data: WorldData,
	instance: InstanceRow,
	onMissing: (name: string, expression: string) => void = () => {},
): Record<string, string> {
	const self = serviceOf(data, instance.serviceId).name;
	const byName = new Map(
		instancesIn(data, instance.environmentId).map((row) => [serviceOf(data, row.serviceId).name, row]),
	);
	const lookup = (owner: string | null, name: string) => {
		if (owner === 'shared') {
			const shared = own(environmentOf(data, instance.environmentId).variables, name);
			return shared && { value: shared.value, owner: 'shared' };
		}
		const target = byName.get(owner ?? self);
		const value = target && (own(target.variables, name)?.value ?? own(providedVariables(data, target), name));
		return value === undefined ? null : { value, owner: owner ?? self };
	};
	return mapValues(instance.variables, ({ value }, name) =>
		renderReferences(
			value,
			(o, n) => lookup(o, n) ?? null,
			self,
			(expression) => onMissing(name, expression),
		),
	);
}

/** Shared variables cannot refer to services (facts §7). */
export function renderedSharedVariables(variables: Variables): Record<string, string> {
	return mapValues(variables, ({ value }) =>
		renderReferences(value, (_owner, name) => {
			const found = own(variables, name);
			return found ? { value: found.value, owner: 'shared' } : null;
		}),
	);
}

/** Merges, or replaces the whole scope. Values must be strings: anything else is refused before a change. */
export function writeVariables(current: Variables, incoming: Readonly<Record<string, unknown>>, replace: boolean) {
	const written: Variables = replace ? {} : { ...current };
	for (const [name, value] of Object.entries(incoming)) {
		if (!/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/.test(name))
			throw new Refusal(`Invalid variable name "${name}"`, 'BAD_USER_INPUT');
		if (typeof value !== 'string') throw new Refusal(`Variable ${name} must be a string`, 'BAD_USER_INPUT');
		written[name] = { value, sealed: own(current, name)?.sealed ?? false };
	}
	return written;
}

/** Instances of an environment whose variables refer to its shared ones: only they see a change (facts §7). */
export function readersOfShared(data: WorldData, environmentId: string): InstanceRow[] {
	return instancesIn(data, environmentId).filter((row) =>
		Object.values(row.variables).some(({ value }) => referencedOwners(value).includes('shared')),
	);
}

/** The variables with the value of each, or `null` in place of a sealed one: its name shows (facts §12). */
export function readable(
	variables: Variables,
	values: Readonly<Record<string, string>> = mapValues(variables, ({ value }) => value),
): Record<string, string | null> {
	return Object.fromEntries(
		Object.entries(variables).map(([name, row]) => [name, row.sealed ? null : (values[name] ?? '')]),
	);
}

function mapValues<T>(record: Record<string, T>, map: (value: T, name: string) => string): Record<string, string> {
	return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** A name from outside may be one that every object inherits. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
	return Object.hasOwn(record, name) ? record[name] : undefined;
}
