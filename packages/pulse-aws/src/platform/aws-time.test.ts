import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { AwsTime } from './aws-time.ts';
import { connectAws } from './clients.ts';

afterEach(() => vi.unstubAllEnvs());

test("AWS's time is that of its answers, whatever this machine's clock says", async () => {
	const twoHours = 7_200_000;
	const server = createServer((_request, response) => {
		response.setHeader('date', new Date(Date.now() - twoHours).toUTCString());
		response.setHeader('content-type', 'application/x-amz-json-1.1').end('{"Parameters":[]}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
	vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
	const time = new AwsTime(Date);
	expect(Math.abs(time.now() - Date.now())).toBeLessThan(1_000);
	const { ssm } = await connectAws('eu-central-1', null, time);
	await ssm.getParameters({ Names: ['/a'] });
	expect(Math.abs(Date.now() - twoHours - time.now())).toBeLessThan(5_000);
	server.closeAllConnections();
	server.close();
});
