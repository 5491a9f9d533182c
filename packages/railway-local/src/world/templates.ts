// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as Railway writes them.
/** A template's `serializedConfig`, as far as it is read here. */
export interface TemplateConfig {
	readonly services: Readonly<Record<string, TemplateService>>;
}

export interface TemplateService {
	readonly name: string;
	readonly icon?: string | null;
	readonly source?: { readonly image?: string | null; readonly repo?: string | null } | null;
	readonly deploy?: Readonly<Record<string, unknown>> | null;
	readonly variables?: Readonly<
		Record<string, { readonly defaultValue?: string | null; readonly value?: string | null }>
	>;
	readonly groupId?: string | null;
}

export interface TemplateRow {
	readonly id: string;
	readonly code: string;
	readonly name: string;
	readonly description: string;
	readonly config: TemplateConfig;
}

/** Variables as Railway's Redis template has them; host and port are filled in when it is deployed. */
const REDIS: TemplateService = {
	name: 'pulse-redis',
	source: { image: 'redis:8' },
	variables: {
		REDIS_PASSWORD: { defaultValue: '${{secret(32)}}' },
		REDISHOST: { defaultValue: '${{RAILWAY_PRIVATE_DOMAIN}}' },
		REDISPORT: { defaultValue: '6379' },
		REDISUSER: { defaultValue: 'default' },
		REDIS_URL: { defaultValue: 'redis://${{REDISUSER}}:${{REDIS_PASSWORD}}@${{REDISHOST}}:${{REDISPORT}}' },
	},
};

const GROUP = 'pulse';

export const TEMPLATES: readonly TemplateRow[] = [
	{
		id: '7f1d1a3e-6c0e-4a55-8f0e-5c5d1f2b9a01',
		code: 'pulse-baseline',
		name: 'Pulse baseline',
		description: 'Router, janitor and Redis of a Pulse stack.',
		config: {
			services: {
				'0b3c6c0a-2f7e-4c6e-9b62-3a0f7f6d1c01': {
					name: 'pulse-router',
					groupId: GROUP,
					source: { image: 'ghcr.io/erwinkn/pulse-railway-router:latest' },
					deploy: { healthcheckPath: null },
					variables: { REDIS_URL: { defaultValue: '${{pulse-redis.REDIS_URL}}' } },
				},
				'0b3c6c0a-2f7e-4c6e-9b62-3a0f7f6d1c02': {
					name: 'pulse-janitor',
					groupId: GROUP,
					source: { image: 'ghcr.io/erwinkn/pulse-railway-janitor:latest' },
					deploy: { cronSchedule: '*/5 * * * *', restartPolicyType: 'NEVER' },
					variables: { REDIS_URL: { defaultValue: '${{pulse-redis.REDIS_URL}}' } },
				},
				'0b3c6c0a-2f7e-4c6e-9b62-3a0f7f6d1c03': { ...REDIS, groupId: GROUP },
			},
		},
	},
	{
		id: '7f1d1a3e-6c0e-4a55-8f0e-5c5d1f2b9a02',
		code: 'redis',
		name: 'Redis',
		description: 'One Redis server.',
		config: { services: { '0b3c6c0a-2f7e-4c6e-9b62-3a0f7f6d1c04': { ...REDIS, name: 'Redis' } } },
	},
];
