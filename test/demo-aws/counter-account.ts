import { fileURLToPath } from 'node:url';
import { scaledClock } from 'aws-world/clock/scaled-clock';
import { processProgram } from 'aws-world/tasks/process-program';
import { type Account, DOMAIN, NAME, openAccount } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { type DeployRequest, deployRequest } from '../../packages/pulse-aws/src/config/deploy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PULSE = fileURLToPath(new URL('../../packages/pulse-app/bin/pulse.js', import.meta.url));

/** How much faster the account's time runs than the machine's. */
export const SPEED = 20;

/** An emulated account whose tasks are real processes of the counter, which is the very app that Railway gets. */
export function openCounterAccount(): Promise<Account> {
	return openAccount({
		clock: scaledClock(SPEED),
		program: processProgram([process.execPath, PULSE, 'run', 'app.ts', '--prod', '--drain-seconds', '0'], {
			cwd: `${ROOT}/examples/counter`,
			addressIn: 'PULSE_ADDRESS',
		}),
		stacks: { durationMs: 60_000 },
	});
}

/**
 * The counter's deploy, as typed on the command line. Closed tabs are forgotten after two seconds, and what the tasks and
 * the load balancer do by the machine's clock happens often: the demo does not take an hour.
 */
export function counterDeploy(label: string, flags: Readonly<Record<string, unknown>> = {}): Promise<DeployRequest> {
	const typed = {
		deploymentName: NAME,
		domain: DOMAIN,
		dockerfile: 'examples/counter/Dockerfile',
		appFile: 'examples/counter/app.ts',
		taskEnv: [`COUNTER_LABEL=${label}`, 'COUNTER_SESSION_SECONDS=2'],
		drainPollSeconds: '1',
		drainGraceSeconds: '0',
		rollbackWindow: '0',
		healthCheckTimeout: '25',
		...flags,
	};
	return deployRequest({ flags: typed, env: {}, cwd: ROOT });
}
