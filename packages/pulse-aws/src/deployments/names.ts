import { usageError } from 'pulse-deploy-kit/errors';

/** `<name>-alb` must fit the 32 characters of a load balancer's name. */
const MAX_NAME = 28;

/**
 * A deployment name after trim and lower case; it names the load balancer, cluster, repository and every deployment id.
 * @throws usage error that says which rule it breaks
 */
export function deploymentName(raw: string): string {
	const name = raw.trim().toLowerCase();
	if (name === '')
		throw usageError('deployment name is required', 'Pass --deployment-name, e.g. --deployment-name prod.');
	const rule = brokenRule(name);
	if (rule === null) return name;
	throw usageError(`deployment name '${name}' ${rule}`, 'Choose a name like prod or shop-staging.');
}

function brokenRule(name: string): string | null {
	if (!/^[a-z0-9-]+$/.test(name)) return 'may hold only letters, digits and hyphens';
	if (!/^[a-z]/.test(name)) return 'must start with a letter';
	if (name.endsWith('-') || name.includes('--')) return 'must not end with a hyphen or hold two in a row';
	if (name.startsWith('internal-')) return "must not start with 'internal-' (load balancer names may not)";
	if (name.length > MAX_NAME) return `is longer than ${MAX_NAME} characters`;
	return null;
}

export const stackName = (name: string) => `${name}-baseline`;
export const loadBalancerName = (name: string) => `${name}-alb`;
export const taskFamily = (name: string) => `${name}-app`;
export const appLogGroup = (name: string) => `/aws/pulse/${name}/app`;
/** Everything the tasks of all deployments of this name read and write. */
export const parameterRoot = (name: string) => `/apps/${name}`;
/** Outside {@link parameterRoot}: the tasks' role must not be able to take the deploy lock. */
export const lockParameter = (name: string) => `/pulse-aws/${name}/deploy-lock`;
/** Whom to tell of what happens, encrypted. Outside {@link parameterRoot}: no task may read it. */
export const notifyParameter = (name: string) => `/pulse-aws/${name}/notify`;
/** Which of the history was told. */
export const noticesParameter = (name: string) => `/pulse-aws/${name}/notices`;
/**
 * Whose versions are the history: Parameter Store keeps a hundred of each, with their times. Outside {@link parameterRoot}: no
 * task may write there.
 */
export const historyParameters = (name: string) => [0, 1, 2, 3, 4].map((at) => `${historyPath(name)}/${at}`);
export const historyPath = (name: string) => `/pulse-aws/${name}/history`;
