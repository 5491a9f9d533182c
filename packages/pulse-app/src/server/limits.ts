/**
 * What an app takes of one client: as much as the router in front of it lets through, so that the same request is refused
 * at the same place on every platform. `test/e2e/heads.test.ts` holds them together.
 */

/** Of a request's head. Cookies of 30 KB are real; Railway's edge passes 32 KB, AWS load balancers 64 KB. */
export const MAX_HEAD_BYTES = 65_536;
/** What proxies on the way add to a head that they let through. */
export const PROXY_HEAD_BYTES = 8_192;
/** A head is so small that even a slow network completes it by then. */
export const HEAD_MS = 60_000;
/** A body may take as long as it takes, while some of it keeps coming. */
export const BODY_STALL_MS = 300_000;
