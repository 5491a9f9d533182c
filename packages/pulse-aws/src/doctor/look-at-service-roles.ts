import type { Session } from '../adapters/session.ts';
import { orGone } from '../platform/error-names.ts';

/** Roles by which AWS's own services act in the account, and the services that make them. */
const SERVICES = {
	AWSServiceRoleForECS: 'ecs.amazonaws.com',
	AWSServiceRoleForElasticLoadBalancing: 'elasticloadbalancing.amazonaws.com',
} as const;

/** The services whose roles are not there. */
export async function lackingServiceRoles({ aws }: Pick<Session, 'aws'>): Promise<readonly string[]> {
	const looks = Object.entries(SERVICES).map(async ([RoleName, service]) => {
		const found = await orGone(aws.iam.getRole({ RoleName }), 'NoSuchEntityException');
		return found === undefined ? [service] : [];
	});
	return (await Promise.all(looks)).flat();
}
