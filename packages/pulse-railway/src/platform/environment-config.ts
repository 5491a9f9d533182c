import { z } from 'zod';
import type { Regions } from './port.ts';

const variables = z
	.record(z.string(), z.object({ value: z.string().nullish(), isSealed: z.boolean().nullish() }).nullable())
	.nullish();

/** The part of `environment.config` that is read here (docs/platform-facts/railway.md §2.7); everything in it is optional. */
const configShape = z.object({
	services: z
		.record(
			z.string(),
			z.object({
				variables,
				groupId: z.string().nullish(),
				deploy: z
					.object({
						numReplicas: z.number().nullish(),
						multiRegionConfig: z
							.record(z.string(), z.object({ numReplicas: z.number().nullish() }).nullable())
							.nullish(),
					})
					.nullish(),
			}),
		)
		.nullish(),
	sharedVariables: variables,
});

export interface StackConfig {
	/** The values of variables stand hidden: those here are not to be relied on. */
	readonly hidden: boolean;
	readonly sharedVariables: ObservedVariables;
	service(id: string): ServiceConfig;
}

/** `null` is a value that cannot be read: a sealed or a hidden one. */
export type ObservedVariables = Readonly<Record<string, string | null>>;

/** What Railway shows in place of a value that it hides; so it does with `null` and with nothing (docs/platform-facts/railway.md §12). */
const MASK = '*****';

export interface ServiceConfig {
	readonly variables: ObservedVariables;
	readonly groupId: string | null;
	/** `null` when the configuration does not say. */
	readonly numReplicas: number | null;
	readonly regions: Regions | null;
}

/** `null` when it is not a configuration as we know it. */
export function readConfig(config: unknown): StackConfig | null {
	const parsed = configShape.safeParse(config);
	if (!parsed.success) return null;
	const { services, sharedVariables } = parsed.data;
	return {
		hidden: hidesValues([sharedVariables, ...Object.values(services ?? {}).map(({ variables }) => variables)]),
		sharedVariables: plain(sharedVariables),
		service(id) {
			const service = services?.[id];
			return {
				variables: plain(service?.variables),
				groupId: service?.groupId ?? null,
				...replicas(service?.deploy),
			};
		},
	};
}

/**
 * One mask gives it away. Without masks it takes all values to be missing: a single empty one may well be empty. Taken for
 * values they would be written elsewhere, taken for sealed ones they would look lost.
 */
function hidesValues(scopes: readonly z.infer<typeof variables>[]): boolean {
	const values = scopes
		.flatMap((scope) => Object.values(scope ?? {}))
		.flatMap((variable) => (variable === null || variable.isSealed === true ? [] : [variable.value ?? '']));
	return values.includes(MASK) || (values.length > 0 && values.every((value) => value === ''));
}

/** The scopes as `variables` tells them. Where nothing has a value, the empty ones may be hidden: they count as unreadable. */
export function unmasked(scopes: ReadonlyMap<string | null, ObservedVariables>): Map<string | null, ObservedVariables> {
	const shown = [...scopes.values()].flatMap((scope) => Object.values(scope)).some((value) => value && value !== MASK);
	return new Map([...scopes].map(([id, scope]) => [id, mapValues(scope, (value) => readable(value, shown))]));
}

function readable(value: string | null, someAreShown: boolean): string | null {
	return value === MASK || (value === '' && !someAreShown) ? null : value;
}

function mapValues(scope: ObservedVariables, map: (value: string | null) => string | null): ObservedVariables {
	return Object.fromEntries(Object.entries(scope).map(([name, value]) => [name, map(value)]));
}

function plain(raw: z.infer<typeof variables>): ObservedVariables {
	const result: Record<string, string | null> = {};
	for (const [name, variable] of Object.entries(raw ?? {})) {
		if (variable !== null) result[name] = variable.isSealed ? null : (variable.value ?? null);
	}
	return result;
}

type Deploy = NonNullable<NonNullable<z.infer<typeof configShape>['services']>[string]['deploy']>;

function replicas(deploy: Deploy | null | undefined): Pick<ServiceConfig, 'numReplicas' | 'regions'> {
	const shares = Object.entries(deploy?.multiRegionConfig ?? {}).flatMap(([region, share]) =>
		share === null ? [] : [[region, share.numReplicas ?? 1] as const],
	);
	if (shares.length === 0) return { numReplicas: deploy?.numReplicas ?? null, regions: null };
	return { numReplicas: shares.reduce((sum, [, share]) => sum + share, 0), regions: Object.fromEntries(shares) };
}
