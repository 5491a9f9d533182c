import type {
	CreateServiceCommandInput,
	DeploymentRolloutState,
	RegisterTaskDefinitionCommandInput,
	ServiceEvent,
	TaskStopCode,
} from '@aws-sdk/client-ecs';
import type { Registration } from '../elb/registration.ts';
import { AwsError } from '../errors.ts';
import type { RunningTask } from '../tasks/program.ts';
import type { TaskContainer } from './task-containers.ts';

export interface TaskDefinition {
	readonly arn: string;
	readonly family: string;
	readonly revision: number;
	readonly input: RegisterTaskDefinitionCommandInput;
	readonly registeredAt: number;
	status: 'ACTIVE' | 'INACTIVE';
	deregisteredAt: number | undefined;
}

export type TaskStatus =
	| 'PROVISIONING'
	| 'PENDING'
	| 'ACTIVATING'
	| 'RUNNING'
	| 'DEACTIVATING'
	| 'STOPPING'
	| 'DEPROVISIONING'
	| 'STOPPED';

export interface Task {
	readonly arn: string;
	readonly id: string;
	readonly service: Service;
	readonly definition: TaskDefinition;
	/** Private address, as AWS shows it. */
	readonly ip: string;
	readonly createdAt: number;
	status: TaskStatus;
	desired: 'RUNNING' | 'STOPPED';
	startedAt: number | undefined;
	stoppingAt: number | undefined;
	stoppedAt: number | undefined;
	stopCode: TaskStopCode | undefined;
	stoppedReason: string | undefined;
	exitCode: number | undefined;
	containerReason: string | undefined;
	/** As they have started. */
	readonly containers: TaskContainer[];
	registration: Registration | undefined;
}

export interface Service {
	readonly arn: string;
	readonly name: string;
	readonly clusterArn: string;
	readonly input: CreateServiceCommandInput;
	readonly definition: TaskDefinition;
	readonly createdAt: number;
	readonly deploymentId: string;
	status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
	desired: number;
	rollout: DeploymentRolloutState;
	rolloutReason: string;
	failedTasks: number;
	/** Newest first, the latest hundred. */
	events: ServiceEvent[];
	steady: boolean;
	/** World time before which no task is started: the back-off after failures. */
	notBefore: number;
	inactiveAt: number | undefined;
}

export class EcsState {
	/** By name. */
	readonly clusters = new Map<string, string>();
	/** By ARN; every definition ever registered. */
	readonly definitions = new Map<string, TaskDefinition>();
	/** Of all times; the newest of a name is the one that counts. */
	readonly services: Service[] = [];
	readonly tasks: Task[] = [];
	/** Tags by ARN. */
	readonly tags = new Map<string, Map<string, string>>();
	/** Every container ever started or being started; undefined where it could not be. */
	readonly containers: Array<Promise<RunningTask | undefined>> = [];
	/** Set by a test: no capacity, with this reason. */
	placementFailure: string | undefined;

	/** `default` when nothing is given, as in AWS. Takes a name or an ARN. */
	clusterArn(given: string | undefined): string {
		const name = (given ?? 'default').split('/').at(-1) ?? '';
		const arn = this.clusters.get(name);
		if (!arn) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
		return arn;
	}

	findService(clusterArn: string, given: string | undefined): Service | undefined {
		const name = (given ?? '').split('/').at(-1);
		return this.services.findLast((service) => service.clusterArn === clusterArn && service.name === name);
	}

	definition(given: string | undefined): TaskDefinition {
		const wanted = (given ?? '').split('/').at(-1) ?? '';
		const found = [...this.definitions.values()].findLast(({ family, revision, status }) =>
			wanted.includes(':') ? `${family}:${revision}` === wanted : family === wanted && status === 'ACTIVE',
		);
		if (!found) throw new AwsError('ClientException', 'Unable to describe task definition.');
		return found;
	}

	/** Everything not stopped yet, tasks that are just ending included. */
	liveTasks(service: Service): Task[] {
		return this.tasks.filter((task) => task.service === service && task.status !== 'STOPPED');
	}

	putTags(arn: string, tags: ReadonlyArray<{ key?: string | undefined; value?: string | undefined }> = []): void {
		const merged = new Map(this.tags.get(arn));
		for (const { key, value } of tags) merged.set(key ?? '', value ?? '');
		const valid = [...merged].every(([key, value]) => key !== '' && key.length <= 128 && value.length <= 256);
		if (!valid || merged.size > 50) throw new AwsError('InvalidParameterException', 'Tags are not valid.');
		this.tags.set(arn, merged);
	}

	tagsOf(arn: string): Array<{ key: string; value: string }> {
		return [...(this.tags.get(arn) ?? [])].map(([key, value]) => ({ key, value }));
	}
}
