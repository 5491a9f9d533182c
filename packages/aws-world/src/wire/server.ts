import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callAs, callerOf, taskCaller } from '../calls/caller.ts';
import type { Aws } from '../calls/port.ts';
import type { Task } from '../ecs/state.ts';

export interface Wire {
	/** `http://127.0.0.1:<port>` */
	readonly origin: string;
	close(): Promise<void>;
}

export interface WireParts {
	readonly ssm: Aws['ssm'];
	readonly ecs: Pick<Aws['ecs'], 'listTasks' | 'describeTasks'>;
	findTask(id: string): Task | undefined;
	readonly account: string;
}

const MOST_BYTES = 1_048_576;

/**
 * What tasks in their own processes reach of AWS: the task metadata address, and Parameter Store and lists of tasks by the
 * SDK's own wire format. Requests are not checked for a signature.
 */
export async function openWire(parts: WireParts): Promise<Wire> {
	const server = createServer((request, response) => {
		const taskId = /^\/v4\/([^/]+)\/task$/.exec(request.url ?? '')?.[1];
		if (taskId !== undefined) metadata(response, parts.findTask(taskId));
		else void call(request, response, parts).catch(() => response.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function metadata(response: ServerResponse, task: Task | undefined): void {
	if (!task) {
		send(response, 404, {});
		return;
	}
	send(response, 200, {
		Cluster: task.service.clusterArn,
		TaskARN: task.arn,
		Family: task.definition.family,
		Revision: String(task.definition.revision),
		DesiredStatus: task.desired,
		KnownStatus: task.status,
		Containers: task.definition.input.containerDefinitions?.map(({ name }) => ({
			Name: name,
			Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [task.ip] }],
		})),
	});
}

async function call(request: IncomingMessage, response: ServerResponse, parts: WireParts): Promise<void> {
	const { findTask, account } = parts;
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MOST_BYTES) return send(response, 413, {});
		chunks.push(chunk);
	}
	// A task's access key is its id; every other one is the operator's.
	const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
	const caller = findTask(key) === undefined ? callerOf(account) : taskCaller(account, key);
	const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
	try {
		const input = JSON.parse(Buffer.concat(chunks).toString() || '{}') as object;
		const isEcs = service.startsWith('AmazonEC2ContainerService');
		send(response, 200, await (isEcs ? list(operation, input, parts.ecs) : run(operation, input, parts.ssm, caller)));
	} catch (error) {
		const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
		send(response, $metadata?.httpStatusCode ?? 500, { __type: name, message });
	}
}

async function list(operation: string, input: object, ecs: WireParts['ecs']): Promise<unknown> {
	if (operation === 'ListTasks') return ecs.listTasks(input);
	if (operation === 'DescribeTasks') return ecs.describeTasks(input as never);
	throw unknown(operation);
}

async function run(operation: string, input: object, ssm: Aws['ssm'], caller: string): Promise<unknown> {
	switch (operation) {
		case 'PutParameter':
			return callAs(caller, () => ssm.putParameter(input as never));
		case 'GetParameters':
			return ssm.getParameters(input as never);
		case 'GetParametersByPath':
			return ssm.getParametersByPath(input as never);
		case 'DeleteParameters':
			return ssm.deleteParameters(input as never);
		case 'GetParameter': {
			const { Parameters } = await ssm.getParameters({ Names: [(input as { Name: string }).Name] });
			if (Parameters?.[0]) return { Parameter: Parameters[0] };
			throw Object.assign(new Error(), { name: 'ParameterNotFound', $metadata: { httpStatusCode: 400 } });
		}
		default:
			throw unknown(operation);
	}
}

const unknown = (operation: string) =>
	Object.assign(new Error(operation), { name: 'UnknownOperationException', $metadata: { httpStatusCode: 400 } });

/** AWS JSON 1.1: times are seconds. */
function send(response: ServerResponse, status: number, body: unknown): void {
	const text = JSON.stringify(body, function (this: Record<string, unknown>, key, value) {
		return this[key] instanceof Date ? this[key].getTime() / 1000 : value;
	});
	response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
	response.end(text);
}
