import { parameterRoot } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { everyPage, inBatches, optional } from './pages.ts';

/** Below `/apps/<name>/`. */
export interface Parameter {
	readonly name: string;
	readonly deploymentId: string;
	/** `null` for the deployment's own state. */
	readonly taskId: string | null;
	readonly value: string;
	readonly changedAt: number;
	/** The task whose credentials wrote the value, as AWS tells it; `null` where it was not asked, or it was no task. */
	readonly writtenBy: string | null;
}

/** Everything below `/apps/<name>/`, ten a page: states of deployments and of their tasks. */
export async function readParameters(aws: Pick<Aws, 'ssm'>, name: string): Promise<Parameter[]> {
	const root = `${parameterRoot(name)}/`;
	const all = await everyPage(
		(token) =>
			aws.ssm.getParametersByPath({ Path: root, Recursive: true, MaxResults: 10, ...optional('NextToken', token) }),
		(page) => page.NextToken,
		(page) => page.Parameters,
	);
	return all.map((parameter) => {
		const path = parameter.Name ?? '';
		const [deploymentId = '', kind, task] = path.slice(root.length).split('/');
		return {
			name: path,
			deploymentId,
			taskId: kind === 'tasks' ? (task ?? null) : null,
			value: parameter.Value ?? '',
			changedAt: parameter.LastModifiedDate?.getTime() ?? 0,
			writtenBy: null,
		};
	});
}

/** Those already gone do not matter. */
export async function deleteParameters(aws: Pick<Aws, 'ssm'>, names: readonly string[]): Promise<void> {
	await inBatches(names, 10, async (Names) => (await aws.ssm.deleteParameters({ Names })).DeletedParameters);
}
