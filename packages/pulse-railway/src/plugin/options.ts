/** What an app says about its deployment. Everything is optional; flags and environment variables of the CLI win. */
export interface RailwayPluginOptions {
	/** Leads generated deployment ids. Default `prod`. */
	readonly deploymentName?: string;
	/** Deploys by image instead of by source, e.g. `ghcr.io/acme/app`. */
	readonly imageRepository?: string;
	/** Default `pulse-router`. */
	readonly routerService?: string;
	/** Default `pulse-janitor`. */
	readonly janitorService?: string;
	/** Default `pulse-redis`. */
	readonly redisService?: string;
	/** Leads the names of backend services, at most 8 characters with its dash. Default: none. */
	readonly servicePrefix?: string;
	/** Name of the Railway project. */
	readonly project?: string;
	readonly projectId?: string;
	/** Name of the Railway environment. */
	readonly environment?: string;
	readonly environmentId?: string;
	/** Relative to the build context. Default `Dockerfile`. */
	readonly dockerfile?: string;
	/** Replaces `pulse run "$PULSE_APP_FILE" --prod --address :: --port "${PORT:-8000}"`. */
	readonly startCommand?: string;
	/** Relative to the build context. */
	readonly webRoot?: string;
	/** Public address, where it is not the router's own domain. */
	readonly serverAddress?: string;
}

/** Trimmed; blank is absent. */
export function normaliseOptions(options: RailwayPluginOptions): RailwayPluginOptions {
	const entries = Object.entries(options as Record<string, unknown>)
		.map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value])
		.filter(([, value]) => value !== '' && value !== undefined && value !== null);
	return Object.freeze(Object.fromEntries(entries)) as RailwayPluginOptions;
}
