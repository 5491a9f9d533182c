import { App } from 'pulse-app';
import { AWSECSPlugin } from 'pulse-aws';
import { WebSocketServer } from 'ws';

const { TaskARN } = await (await fetch(`${process.env.ECS_CONTAINER_METADATA_URI_V4}/task`)).json();
const task = TaskARN.split('/').at(-1);

/** Says which task answers, in each way in which a page may ask. */
export default new App({
	plugins: [new AWSECSPlugin()],
	sessionTimeoutSeconds: 30,
	channels: {
		tab: (channel) => {
			let count = 0;
			channel.on('increment', () => ({ count: ++count, task }));
		},
	},
	render: ({ form }) => ({ tag: form('save', () => {}), children: [] }),
	onStart({ server }) {
		const sockets = new WebSocketServer({ noServer: true });
		server.on('upgrade', (request, socket, head) =>
			sockets.handleUpgrade(request, socket, head, (webSocket) => {
				webSocket.send(task);
				webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
			}),
		);
	},
	listener(request, response) {
		const { pathname } = new URL(request.url, 'http://app');
		if (pathname === '/events') {
			response.writeHead(200, { 'content-type': 'text/event-stream' });
			response.write(`data: ${task}\n\n`);
			return;
		}
		if (request.method !== 'POST') {
			response.setHeader('content-type', 'application/json');
			response.appendHeader('set-cookie', ['a=1', 'b=2']);
			return response.end(JSON.stringify({ task, url: request.url, headers: request.rawHeaders }));
		}
		response.writeHead(200, { 'x-task': task });
		// Each part is confirmed before the next one comes.
		request.on('data', (chunk) => response.write(`${chunk.length}\n`));
		request.on('end', () => response.end());
	},
});
