import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const PROTECTED = `<UpdateTerminationProtectionResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<UpdateTerminationProtectionResult><StackId>of this stack</StackId></UpdateTerminationProtectionResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></UpdateTerminationProtectionResponse>`;

/** moto, and the one call of a deploy that it does not know: the stack's protection from deletion. */
export async function openGateway(moto: string): Promise<{ readonly url: string; close(): void }> {
	const server = createServer(async (incoming, response) => {
		const body = await buffer(incoming).catch(() => null);
		if (body === null) return;
		if (body.includes('Action=UpdateTerminationProtection')) return response.end(PROTECTED);
		const headers = Object.fromEntries(
			Object.entries(incoming.headers).filter(([name]) => !['host', 'connection', 'expect'].includes(name)),
		) as Record<string, string>;
		const method = incoming.method ?? 'GET';
		try {
			const answer = await fetch(new URL(incoming.url ?? '/', moto), {
				method,
				headers,
				body: body.length === 0 ? null : body,
			});
			const given = Buffer.from(await answer.arrayBuffer());
			const type = answer.headers.get('content-type');
			response.writeHead(answer.status, type === null ? {} : { 'content-type': type }).end(given);
		} catch {
			response.destroy();
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
