import type { PLUGIN_BRAND, SESSION_STORE_BRAND } from 'pulse-app';

/**
 * The brands of pulse-app, made here from their names: this package is also loaded where pulse-app is not installed, by the
 * router and the janitor.
 */
export const pluginBrand: typeof PLUGIN_BRAND = Symbol.for('pulse.plugin') as typeof PLUGIN_BRAND;
export const sessionStoreBrand: typeof SESSION_STORE_BRAND = Symbol.for(
	'pulse.session-store',
) as typeof SESSION_STORE_BRAND;
