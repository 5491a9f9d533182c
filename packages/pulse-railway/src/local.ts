import { type LocalPlatform, type LocalPlatformOptions, startLocalPlatform as start } from 'pulse-railway-local';
import { OWN_BIN } from './config/own-bin.ts';

export type {
	ApiCall,
	Behaviour,
	Fault,
	FaultInjector,
	LocalPlatform,
	LocalPlatformOptions,
	PlatformDescription,
	ServiceDescription,
} from 'pulse-railway-local';

/**
 * Starts the platform in a folder and brings back what ran there. Its services find this package's `pulse-railway`.
 *
 * @throws DeployToolError `local-already-running`, `local-port-taken`, `local-state-unreadable`, `local-redis-missing`
 */
export function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
	return start({ ...options, commands: { 'pulse-railway': OWN_BIN, ...options.commands } });
}
