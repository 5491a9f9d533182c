export {
	type ApiContext,
	deleteDeployment,
	deploy,
	doctor,
	drain,
	ensure,
	history,
	init,
	janitorRun,
	lock,
	logs,
	promote,
	recall,
	redeploy,
	remove,
	rollback,
	status,
	upgrade,
} from './api.ts';
export { config, open, whoami } from './api-open.ts';
export type { RailwayPluginOptions } from './plugin/options.ts';
export { RailwayPlugin } from './plugin/railway-plugin.ts';
export { RailwaySessionStore, type RailwaySessionStoreOptions } from './plugin/session-store.ts';
