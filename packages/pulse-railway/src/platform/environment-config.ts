import { z } from 'zod';

const variables = z
	.record(z.string(), z.object({ value: z.string().nullish(), isSealed: z.boolean().nullish() }).nullable())
	.nullish();

/** The part of `environment.config` that is read here (facts/railway.md §2.7); everything in it is optional. */
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
	readonly sharedVariables: Variables;
	service(id: string): ServiceConfig;
}

/** `null` is a sealed value. */
type Variables = Readonly<Record<string, string | null>>;

export interface ServiceConfig {
	readonly variables: Variables;
	readonly groupId: string | null;
	/** Over all regions; `null` when the configuration does not say. */
	readonly numReplicas: number | null;
}

/** `null` when it is not a configuration as we know it, or shows the names of variables without any of their values. */
export function readConfig(config: unknown): StackConfig | null {
	const parsed = configShape.safeParse(config);
	if (!parsed.success) return null;
	const { services, sharedVariables } = parsed.data;
	if (hidesValues([sharedVariables, ...Object.values(services ?? {}).map(({ variables }) => variables)])) return null;
	return {
		sharedVariables: plain(sharedVariables),
		service(id) {
			const service = services?.[id];
			return {
				variables: plain(service?.variables),
				groupId: service?.groupId ?? null,
				numReplicas: replicas(service?.deploy),
			};
		},
	};
}

/** Taken for sealed ones, they would look lost. */
function hidesValues(scopes: readonly z.infer<typeof variables>[]): boolean {
	const unsealed = scopes
		.flatMap((scope) => Object.values(scope ?? {}))
		.filter((variable) => variable !== null && variable.isSealed !== true);
	return unsealed.length > 0 && unsealed.every((variable) => (variable?.value ?? null) === null);
}

function plain(raw: z.infer<typeof variables>): Variables {
	const result: Record<string, string | null> = {};
	for (const [name, variable] of Object.entries(raw ?? {})) {
		if (variable !== null) result[name] = variable.isSealed ? null : (variable.value ?? null);
	}
	return result;
}

type Deploy = NonNullable<NonNullable<z.infer<typeof configShape>['services']>[string]['deploy']>;

function replicas(deploy: Deploy | null | undefined): number | null {
	const regions = Object.values(deploy?.multiRegionConfig ?? {}).filter((region) => region !== null);
	if (regions.length === 0) return deploy?.numReplicas ?? null;
	return regions.reduce((sum, region) => sum + (region.numReplicas ?? 1), 0);
}
