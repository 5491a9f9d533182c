import { fileURLToPath } from 'node:url';
import { type LoggingProcess, startLogging } from '../../../../pulse-edge/src/testing/logging-process.ts';

/** As its image runs it; `npm test` compiles first. */
const BIN = fileURLToPath(new URL('../../../bin/pulse-edge.js', import.meta.url));

export const OWN = 'prod-20260402-120000Z';

/** The real command beside an app that listens on `appPort`, on a free port. */
export function startSidecar(appPort: number, env: Record<string, string> = {}): Promise<LoggingProcess> {
	return startLogging([BIN, 'sidecar'], {
		PULSE_AWS_DEPLOYMENT_NAME: 'prod',
		PULSE_AWS_DEPLOYMENT_ID: OWN,
		PULSE_EDGE_UPSTREAM_PORT: String(appPort),
		PULSE_EDGE_PORT: '0',
		AWS_REGION: 'us-east-1',
		AWS_ACCESS_KEY_ID: 'task-1',
		AWS_SECRET_ACCESS_KEY: 'secret',
		// Nothing listens there.
		AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1',
		...env,
	});
}
