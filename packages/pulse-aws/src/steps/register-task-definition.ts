import { taskDefinition } from '../deployments/task-definition.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function registerTaskDefinitionStep(): Step {
	return {
		kind: 'register-task-definition',
		id: 'register-task-definition',
		title: 'Register the task definition',
		section: 'Deployment',
	};
}

export const registerTaskDefinition: Perform<'register-task-definition'> = async (_step, run) => {
	const { aws, randomHex } = run.session;
	const answer = await aws.ecs.registerTaskDefinition(
		taskDefinition({
			name: run.name,
			id: run.id,
			imageUri: made(run.imageUri, 'the image'),
			region: aws.region,
			baseline: made(run.baseline, 'the baseline'),
			task: made(run.request, 'the request').task,
			taskSecret: randomHex(32),
			container: made(run.request, 'the request').container,
		}),
	);
	const taskDefinitionArn = answer.taskDefinition?.taskDefinitionArn ?? '';
	return { text: taskDefinitionArn, learnt: { taskDefinitionArn } };
};
