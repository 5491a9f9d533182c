import type { Handlers } from '../calls/handlers.ts';
import { AwsError, notEmulated } from '../errors.ts';
import type { EcsState } from './state.ts';

export function clustersApi(state: EcsState): Pick<Handlers<'ecs'>, 'describeClusters'> {
	return {
		/** A cluster that was deleted is missing: that AWS shows it as INACTIVE for a while is not emulated. */
		describeClusters({ clusters: names = ['default'], include = [] }) {
			if (names.length > 100) throw new AwsError('InvalidParameterException', 'At most 100 clusters a call.');
			if (include.length > 0) notEmulated(`DescribeClusters with ${include.join(', ')}`);
			const found = names.map((given) => {
				const clusterName = given.split('/').at(-1) ?? '';
				return { given, clusterName, clusterArn: state.clusters.get(clusterName) };
			});
			return {
				clusters: found.flatMap(({ clusterName, clusterArn }) =>
					clusterArn === undefined ? [] : [{ clusterName, clusterArn, status: 'ACTIVE', ...counts(state, clusterArn) }],
				),
				failures: found
					.filter(({ clusterArn }) => clusterArn === undefined)
					.map(({ given }) => ({ arn: given, reason: 'MISSING' })),
			};
		},
	};
}

function counts({ services, tasks }: EcsState, clusterArn: string) {
	const own = tasks.filter(({ service }) => service.clusterArn === clusterArn);
	const active = services.filter((service) => service.clusterArn === clusterArn && service.status === 'ACTIVE');
	return {
		activeServicesCount: active.length,
		runningTasksCount: own.filter(({ status }) => status === 'RUNNING').length,
		pendingTasksCount: own.filter(({ status }) => status === 'PENDING').length,
	};
}
