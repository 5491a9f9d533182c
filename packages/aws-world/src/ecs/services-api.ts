import type { Handlers } from '../calls/handlers.ts';
import { AwsError, notEmulated } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import { createService, requireAssociation } from './create-service.ts';
import type { EcsPorts } from './ports.ts';
import { reconcile, schedule } from './scheduler.ts';
import { serviceView } from './service-view.ts';
import type { Service } from './state.ts';
import { stopTask } from './task-life.ts';

/** How long DescribeServices still shows a deleted service: "later MISSING" (docs/platform-facts/aws.md §2; the hour UNVERIFIED). */
const SHOWN_AFTER_DELETE_MS = 3_600_000;

type ServicesApi = Pick<
	Handlers<'ecs'>,
	'createService' | 'updateService' | 'deleteService' | 'listServices' | 'describeServices' | 'tagResource'
>;

export function servicesApi(ports: EcsPorts, options: { readonly refuseUnattachedUpdate: boolean }): ServicesApi {
	const { state, clock } = ports;
	const existing = (cluster: string | undefined, name: string | undefined): Service => {
		const service = state.findService(state.clusterArn(cluster), name);
		if (service && service.status !== 'INACTIVE') return service;
		throw new AwsError('ServiceNotFoundException', 'Service not found.');
	};
	return {
		createService(input) {
			const known = new Set(state.services);
			const service = createService(input, ports);
			if (!known.has(service)) schedule(service, ports);
			return { service: serviceView(service, state, true) };
		},

		updateService(input) {
			const service = existing(input.cluster, input.service);
			if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
			const { cluster: _cluster, service: _service, desiredCount, ...others } = input;
			if (Object.keys(others).length > 0) notEmulated(`UpdateService with ${Object.keys(others).join(', ')}`);
			if (options.refuseUnattachedUpdate) {
				for (const { targetGroupArn } of service.input.loadBalancers ?? []) requireAssociation(targetGroupArn!, ports);
			}
			service.desired = desiredCount ?? service.desired;
			reconcile(service, ports);
			return { service: serviceView(service, state, false) };
		},

		deleteService(input) {
			const service = existing(input.cluster, input.service);
			if (!input.force && service.desired > 0) {
				throw new AwsError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
			}
			const live = state.liveTasks(service);
			if (!input.force && live.some((task) => task.status === 'RUNNING')) {
				throw new AwsError('InvalidParameterException', 'The service cannot be stopped while tasks are running.');
			}
			service.desired = 0;
			service.status = 'DRAINING';
			for (const task of live) stopTask(task, 'ServiceSchedulerInitiated', 'Service was deleted', ports);
			return { service: serviceView(service, state, false) };
		},

		listServices(input) {
			const clusterArn = state.clusterArn(input.cluster);
			const found = state.services
				.filter((service) => service.clusterArn === clusterArn && service.status === 'ACTIVE')
				.map((service) => service.arn)
				.sort();
			const { items, next } = pageOf(found, pageSize(input.maxResults, 10, 100), input.nextToken);
			return { serviceArns: items, ...(next === undefined ? {} : { nextToken: next }) };
		},

		describeServices(input) {
			const clusterArn = state.clusterArn(input.cluster);
			const names = input.services ?? [];
			if (names.length < 1 || names.length > 10) {
				throw new AwsError('InvalidParameterException', 'Between 1 and 10 services can be described at a time.');
			}
			const found = names.map((name) => ({ name, service: state.findService(clusterArn, name) }));
			const shown = ({ service }: { service: Service | undefined }) =>
				service && (service.inactiveAt === undefined || clock.now() < service.inactiveAt + SHOWN_AFTER_DELETE_MS);
			const withTags = input.include?.includes('TAGS') ?? false;
			return {
				services: found.flatMap((entry) => (shown(entry) ? [serviceView(entry.service!, state, withTags)] : [])),
				failures: found
					.filter((entry) => !shown(entry))
					.map(({ name }) => ({
						arn: name.startsWith('arn:') ? name : `${clusterArn.replace(':cluster/', ':service/')}/${name}`,
						reason: 'MISSING',
					})),
			};
		},

		/** Merges with the tags that are there. */
		tagResource(input) {
			const arn = input.resourceArn ?? '';
			const service = state.services.findLast((candidate) => candidate.arn === arn);
			if (!service && !state.definitions.has(arn)) {
				throw new AwsError('InvalidParameterException', 'The specified resource is not found.');
			}
			if (service?.status === 'INACTIVE') {
				throw new AwsError('InvalidParameterException', 'The specified service is inactive.');
			}
			state.putTags(arn, input.tags);
			return {};
		},
	};
}
