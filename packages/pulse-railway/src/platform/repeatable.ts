/**
 * May a write be sent again after a failure that leaves open whether Railway acted?
 * `yes`: doing it twice ends like doing it once. `by-name`: only after looking for its result.  `no`: never.
 * What surely did not happen (never connected, 429) is repeated whatever stands here.
 */
export type Repeatable = 'yes' | 'by-name' | 'no';

export const WRITES = {
	serviceCreate: ['by-name', 'may create the service and still report an error; names are unique in a project'],
	serviceDomainCreate: ['by-name', 'a second call makes a second domain'],
	templateDeployV2: ['by-name', 'a second run makes the services again under generated names'],
	projectCreate: ['by-name', 'project names are not unique, so the description carries a random word to look for'],
	projectDelete: ['yes', 'already gone is success'],
	projectTokenCreate: ['by-name', 'a token whose value never arrived can be used by nobody, and is deleted'],
	projectTokenDelete: ['yes', 'already gone is success'],
	variableCollectionUpsert: ['yes', 'merges the same values'],
	variableDelete: ['yes', 'already gone is success'],
	serviceInstanceUpdate: ['yes', 'writes the same settings'],
	configureServices: ['yes', 'merges the same values and writes the same settings'],
	environmentPatchCommit: ['yes', 'commits the same group placement'],
	serviceDelete: ['yes', 'already gone is success'],
	serviceInstanceDeployV2: ['yes', 'the later deployment supersedes the earlier one, and its id is the one waited for'],
	deploymentRedeploy: ['yes', 'the later deployment supersedes the earlier one, and its id is the one waited for'],
	deploymentRemove: ['yes', 'already removed is success'],
	upload: ['yes', 'the later build supersedes the earlier one, and its id is the one waited for'],
} as const satisfies Readonly<Record<string, readonly [Repeatable, string]>>;

export type WriteName = keyof typeof WRITES;
