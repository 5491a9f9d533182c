import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TaskVariables } from '../task/drain-watch.ts';

/** Which deployment answers. @param variables `null`: the plugin does nothing here */
export function answerMeta(request: IncomingMessage, response: ServerResponse, variables: TaskVariables | null): void {
	const reply = (status: number, body: object) => {
		response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
		response.end(JSON.stringify(body));
	};
	if (request.method !== 'GET' && request.method !== 'HEAD') reply(405, { detail: 'method not allowed' });
	else if (variables === null) reply(503, { detail: 'AWS ECS plugin is disabled' });
	else {
		reply(200, {
			status: 'ok',
			deployment_name: variables.deploymentName,
			deployment_id: variables.deploymentId,
			api_prefix: '/_pulse',
		});
	}
}
