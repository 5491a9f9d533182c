export type { RailwayPluginOptions } from './plugin/options.ts';
export { RailwayPlugin } from './plugin/railway-plugin.ts';
export { RailwaySessionStore, type RailwaySessionStoreOptions } from './plugin/session-store.ts';
