import type { PLUGIN_BRAND } from 'pulse-app';

/** The brand of pulse-app's plugins, made here from its name: the CLI loads this package where pulse-app is not installed. */
export const pluginBrand: typeof PLUGIN_BRAND = Symbol.for('pulse.plugin') as typeof PLUGIN_BRAND;
