import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../errors.ts';
import type { StackPorts } from './resource-kinds.ts';
import { applyTemplate, record, removeResources, type Stack } from './stack.ts';
import type { Template } from './template.ts';

export type Operation = 'create' | 'update' | 'delete' | 'continue-rollback';

export interface StackFailure {
	readonly operation: Operation;
	readonly reason: string;
	/** The status it ends in. Default: a rollback that works, or DELETE_FAILED. */
	readonly status?: StackStatus;
}

export interface StackOptions {
	/** World ms that a creation, update or deletion takes. Default 180,000. */
	readonly durationMs: number;
	/**
	 * Whether any update re-applies the listener (aws-cdk#36649's reporter) or only one that changes its properties
	 * (moto). UNVERIFIED on AWS; default: the stricter `every-update`.
	 */
	readonly listenerReset: 'every-update' | 'listener-change';
}

/** The stacks and what happens to them over time. Operations start at once and end later, as in CloudFormation. */
export class Stacks {
	readonly all: Stack[] = [];
	/** Each is used once, by the next operation of its kind. */
	readonly failures: StackFailure[] = [];
	readonly #ports: StackPorts;
	readonly #options: StackOptions;

	constructor(ports: StackPorts, options: StackOptions) {
		this.#ports = ports;
		this.#options = options;
	}

	/** By name only what is not deleted, by id everything. */
	find(nameOrId: string | undefined): Stack | undefined {
		return this.all.findLast(
			(stack) => stack.id === nameOrId || (stack.name === nameOrId && stack.status !== 'DELETE_COMPLETE'),
		);
	}

	create(name: string, template: Template, tags: Readonly<Record<string, string>>): Stack {
		if (this.find(name)) throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
		const { arns, clock } = this.#ports;
		const stack: Stack = {
			name,
			id: arns.of('cloudformation', `stack/${name}/${arns.id(32)}`),
			createdAt: clock.now(),
			status: 'CREATE_IN_PROGRESS',
			reason: undefined,
			isProtected: false,
			template,
			tags,
			outputs: [],
			resources: new Map(),
			events: [],
		};
		this.all.push(stack);
		this.#run(stack, 'create', async (failure) => {
			try {
				await applyTemplate(stack, template, false, this.#ports);
				if (failure) throw new Error(failure.reason);
				this.#end(stack, 'CREATE_COMPLETE');
			} catch (error) {
				stack.outputs = [];
				if (failure?.status !== 'CREATE_FAILED') await removeResources(stack, [], this.#ports).catch(() => {});
				this.#end(stack, failure?.status ?? 'ROLLBACK_COMPLETE', (error as Error).message);
			}
		});
		return stack;
	}

	update(stack: Stack, template: Template, tags: Readonly<Record<string, string>>): void {
		if (JSON.stringify([stack.template, stack.tags]) === JSON.stringify([template, tags])) {
			throw new AwsError('ValidationError', 'No updates are to be performed.');
		}
		if (!/^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$|^UPDATE_FAILED$/.test(stack.status)) {
			throw new AwsError('ValidationError', `Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
		}
		stack.status = 'UPDATE_IN_PROGRESS';
		const before = stack.template;
		const touchAll = this.#options.listenerReset === 'every-update';
		this.#run(stack, 'update', async (failure) => {
			try {
				await applyTemplate(stack, template, touchAll, this.#ports);
				if (failure) throw new Error(failure.reason);
				stack.tags = tags;
				this.#end(stack, 'UPDATE_COMPLETE');
			} catch (error) {
				await applyTemplate(stack, before, touchAll, this.#ports).catch(() => {});
				this.#end(stack, failure?.status ?? 'UPDATE_ROLLBACK_COMPLETE', (error as Error).message);
			}
		});
	}

	delete(stack: Stack, retain: readonly string[]): void {
		if (stack.status === 'DELETE_IN_PROGRESS' || stack.status === 'DELETE_COMPLETE') return;
		if (retain.length > 0 && stack.status !== 'DELETE_FAILED') {
			throw new AwsError('ValidationError', 'RetainResources is allowed only for stacks in DELETE_FAILED state');
		}
		stack.status = 'DELETE_IN_PROGRESS';
		this.#run(stack, 'delete', async (failure) => {
			try {
				if (failure) throw new Error(failure.reason);
				await removeResources(stack, retain, this.#ports);
				this.#end(stack, 'DELETE_COMPLETE');
			} catch (error) {
				this.#end(stack, failure?.status ?? 'DELETE_FAILED', (error as Error).message);
			}
		});
	}

	continueRollback(stack: Stack): void {
		if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
			throw new AwsError(
				'ValidationError',
				`Stack:${stack.id} is in ${stack.status} state and can not continue rollback`,
			);
		}
		stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
		this.#run(stack, 'continue-rollback', async (failure) => {
			this.#end(
				stack,
				failure ? (failure.status ?? 'UPDATE_ROLLBACK_FAILED') : 'UPDATE_ROLLBACK_COMPLETE',
				failure?.reason,
			);
		});
	}

	/** The work falls due half way, so there is a time in which its effect shows and the stack is still in progress. */
	#run(stack: Stack, operation: Operation, work: (failure: StackFailure | undefined) => Promise<void>): void {
		record(stack, stack.name, 'AWS::CloudFormation::Stack', stack.status, undefined, this.#ports);
		const at = this.failures.findIndex((candidate) => candidate.operation === operation);
		const failure = at === -1 ? undefined : this.failures.splice(at, 1)[0];
		this.#ports.clock.after(this.#options.durationMs / 2, () => {
			void this.#ports.clock.hold(work(failure), 10_000);
		});
	}

	#end(stack: Stack, status: StackStatus, reason?: string): void {
		this.#ports.clock.after(this.#options.durationMs / 2, () => {
			stack.status = status;
			stack.reason = reason;
			record(stack, stack.name, 'AWS::CloudFormation::Stack', status, reason, this.#ports);
		});
	}
}
