/**
 * Times that two sides must agree on. Milliseconds, unless the name says otherwise.
 */

/** How long browsers that were told to reload get before their server goes. */
export const RELOAD_MS = 1_000;

/** Railway's reads may show an older active deployment for this long: a younger promotion is never undone by what they say. */
export const FRESH_PROMOTION_MS = 120_000;

/** A look at the store or at Railway that is older than this is repeated before a service is deleted because of it. */
export const FRESH_LOOK_MS = 3_000;

/** A router process reports its activity this often even when nothing changed (contract R3.8). */
export const HEARTBEAT_SECONDS = 15;

/** How long such a report counts as live (contract R3.8). */
export const REPORT_TTL_SECONDS = 45;
