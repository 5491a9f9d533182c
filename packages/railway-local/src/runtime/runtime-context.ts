import type { DependencyOptions } from '../build/node/install.ts';
import type { Containers } from '../containers/containers.ts';
import type { Behaviour } from '../options.ts';
import type { PrivateNetworkFiles } from '../private-network-file.ts';
import type { World } from '../world/world.ts';
import type { LiveDeployment } from './live-deployment.ts';
import type { Logs } from './logs.ts';
import type { ProcessRegistry } from './registry.ts';

/** What running a service needs of the platform around it. */
export interface RuntimeContext {
	readonly world: World;
	readonly behaviour: Behaviour;
	readonly now: () => number;
	readonly logs: Logs;
	readonly registry: ProcessRegistry;
	/** `null`: no container engine is used. */
	readonly containers: Containers | null;
	readonly privateNetwork: PrivateNetworkFiles;
	readonly dependencies: DependencyOptions;
	readonly buildCommand: string | null;
	/** Environment of the machine that services may see. */
	readonly basics: Readonly<Record<string, string>>;
	readonly machinePath: string;
	readonly commandsDir: string;
	/** Redis databases and the like. */
	readonly dataDir: string;
	deploymentDir(deploymentId: string): string;
	snapshotPath(snapshotId: string): string;
	apiUrl(): string;
	/** What went wrong with no request waiting for it. */
	report(text: string): void;
	onReplicaChange(instanceId: string, live: LiveDeployment): void;
}
