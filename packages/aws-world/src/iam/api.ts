import type { Arns } from '../arn.ts';
import type { Handlers } from '../calls/handlers.ts';
import { AwsError, notEmulated } from '../errors.ts';

/** Of an account that has used both services before: name → service. */
const SERVICES: Readonly<Record<string, string>> = {
	AWSServiceRoleForECS: 'ecs.amazonaws.com',
	AWSServiceRoleForElasticLoadBalancing: 'elasticloadbalancing.amazonaws.com',
};
export const SERVICE_LINKED_ROLES = Object.keys(SERVICES);

export function iamApi(roles: ReadonlySet<string>, { account }: Arns): Handlers<'iam'> {
	return {
		getRole({ RoleName = '' }) {
			const service = SERVICES[RoleName];
			if (service === undefined) return notEmulated(`GetRole of ${RoleName}`);
			if (!roles.has(RoleName))
				throw new AwsError('NoSuchEntityException', `The role with name ${RoleName} cannot be found.`, 404);
			const Path = `/aws-service-role/${service}/`;
			const Arn = `arn:aws:iam::${account}:role${Path}${RoleName}`;
			return { Role: { Path, RoleName, RoleId: 'AROAEMULATED', Arn, CreateDate: new Date(0) } };
		},
	};
}
