import { once } from 'node:events';
import { countBytes, type Framework } from './routes.ts';

export const plain: Framework = ({ visit, left }) => ({
	listener: async (request, response) => {
		switch (request.url?.split('?', 1)[0]) {
			case '/where':
				return response.end(request.url);
			case '/events':
				response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
				await once(response, 'close');
				return left();
			case '/upload':
				return response.end(String(await countBytes(request)));
			case '/visits':
				response.setHeader('set-cookie', 'theme=dark');
				return response.end(String(await visit(request, response)));
			case '/fail-late':
				response.write('begun');
				throw new Error('secret reason');
			case '/fail':
				throw new Error('secret reason');
			default:
				return response.writeHead(404).end();
		}
	},
});
