import type { ParameterHistory } from '@aws-sdk/client-ssm';
import type { Aws } from './aws.ts';
import { everyPage, optional } from './pages.ts';

/** The versions of a parameter that are kept, oldest first. @throws `ParameterNotFound` */
export function parameterHistory(aws: Pick<Aws, 'ssm'>, Name: string): Promise<ParameterHistory[]> {
	return everyPage(
		(token) => aws.ssm.getParameterHistory({ Name, MaxResults: 50, ...optional('NextToken', token) }),
		(page) => page.NextToken,
		(page) => page.Parameters,
	);
}
