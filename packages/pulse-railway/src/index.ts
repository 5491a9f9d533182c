export { type ApiContext, deleteDeployment, deploy, init, rollback, status } from './api.ts';
export type { RailwayPluginOptions } from './plugin/options.ts';
export { RailwayPlugin } from './plugin/railway-plugin.ts';
export { RailwaySessionStore, type RailwaySessionStoreOptions } from './plugin/session-store.ts';
