export type { ApiCall, Fault, FaultInjector } from './api/faults.ts';
export type { PlatformDescription, ServiceDescription } from './describe.ts';
export type { Behaviour, LocalPlatformOptions } from './options.ts';
export { type LocalPlatform, startLocalPlatform } from './platform.ts';
