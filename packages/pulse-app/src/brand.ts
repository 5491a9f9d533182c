/**
 * Apps, plugins and session stores are recognised by brand, not by `instanceof`: a deploy tool and the app it loads may
 * hold two copies of a package. The values are versions of the branded shape.
 */
export const APP_BRAND = Symbol.for('pulse.app');
/** On every plugin; see {@link APP_BRAND}. */
export const PLUGIN_BRAND = Symbol.for('pulse.plugin');
/** On every session store; see {@link APP_BRAND}. */
export const SESSION_STORE_BRAND = Symbol.for('pulse.session-store');
