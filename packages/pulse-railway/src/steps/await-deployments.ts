import { DeployToolError } from 'pulse-deploy-kit/errors';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { Container } from '../deployments/container.ts';
import type { Step } from '../plan/step.ts';
import { isPassing } from '../platform/error.ts';
import type { PlatformDeployment } from '../platform/port.ts';
import type { StackNames } from '../stack/names.ts';
import { buildLog } from './build-log.ts';
import { failureLogs } from './failure-logs.ts';
import type { Perform } from './performers.ts';
import { platformOf, type Run } from './run.ts';

/** What a status means to a command that waits for health (docs/platform-facts/railway.md §2.3). */
const MEANING: Readonly<Record<PlatformDeployment['status'], 'ready' | 'failed' | 'blocked' | 'working'>> = {
	SUCCESS: 'ready',
	SLEEPING: 'ready',
	FAILED: 'failed',
	CRASHED: 'failed',
	REMOVED: 'failed',
	REMOVING: 'failed',
	SKIPPED: 'failed',
	NEEDS_APPROVAL: 'blocked',
	WAITING: 'blocked',
	QUEUED: 'working',
	INITIALIZING: 'working',
	BUILDING: 'working',
	DEPLOYING: 'working',
};

/** Seen in one of these, the build was not what failed. */
const PAST_BUILD: ReadonlySet<PlatformDeployment['status']> = new Set(['DEPLOYING', 'CRASHED']);

const NEXT_BUILT =
	'It was built, but ended or did not pass its healthcheck, on the port in PORT. Correct what the deployment log shows, then run the command again.';

type Asked = Pick<Container, 'healthPath' | 'port'>;

/** Frameworks that know their hosts refuse Railway's (docs/platform-facts/railway.md, "Healthcheck"). */
function nextBuilt(asked: Asked | undefined): string {
	if (asked === undefined) return NEXT_BUILT;
	return `It was built, but ended or did not pass its healthcheck: Railway asked GET ${asked.healthPath} on port ${asked.port} for 200, with the host name healthcheck.railway.app, which an app that has a list of allowed hosts must allow. Correct what the deployment log shows, or give pulse-railway deploy another --health-path or --port, then run the command again.`;
}

/** An outage of the API this short is waited out: what is built goes on without us. */
const OUTAGE_MS = 60_000;

const BUDGET_SECONDS = 900;

/** The service of one deployment. `building`: Railway builds it, and its log is shown. */
export function awaitBackendStep(
	id: string,
	service: string,
	failure: string,
	{ building = false, container }: { readonly building?: boolean; readonly container?: Container | undefined } = {},
): Step {
	return {
		kind: 'await-deployments',
		id,
		title: `Wait until ${service} is healthy`,
		passive: true,
		services: [service],
		budgetSeconds: BUDGET_SECONDS,
		...(building ? { showBuild: service } : {}),
		failures: { [service]: failure },
		...(container === undefined ? {} : { asked: { healthPath: container.healthPath, port: container.port } }),
	};
}

export function awaitBaselineStep({ router, janitor }: StackNames, services: readonly string[]): Step {
	return {
		kind: 'await-deployments',
		id: 'await-deployments',
		title: `Wait until ${services.join(' and ')} are ready`,
		passive: true,
		services,
		budgetSeconds: BUDGET_SECONDS,
		failures: { [router]: 'router deployment failed', [janitor]: 'janitor deployment failed' },
	};
}

/** Waits for all of them together; the first failure ends the wait, with the last lines of its logs. */
export const awaitDeployments: Perform<'await-deployments'> = async (step, run, signal, report) => {
	const left = new Set(step.services);
	const statuses = new Map<string, string>();
	const built = new Set<string>();
	const showBuild =
		step.showBuild === undefined ? undefined : buildLog(platformOf(run), run.ports.host, step.showBuild);
	const { clock } = run.ports;
	const deadline = clock.now() + step.budgetSeconds * 1000;
	const seen = () => [...left].map((service) => `${service}: ${statuses.get(service) ?? 'unknown'}`).join(', ');
	let answeredAt = clock.now();
	await waitFor({
		what: `${step.services.join(' and ')} to become ready`,
		budgetMs: step.budgetSeconds * 1000,
		clock,
		signal,
		lastSeen: seen,
		async check(signal) {
			for (const service of left) {
				const deployment = await current(run, service, signal).catch(async (error: unknown) => {
					// A build goes on while Railway does not answer or has had enough questions: undoing it would not help.
					if (!isPassing(error)) throw error;
					const latest = error.retryAfterMs === undefined ? answeredAt + OUTAGE_MS : deadline - error.retryAfterMs;
					if (clock.now() >= latest) throw error;
					statuses.set(service, `not told: ${error.message}`);
					report(seen());
					if (error.retryAfterMs !== undefined) await clock.sleep(error.retryAfterMs, signal);
					return undefined;
				});
				if (deployment === undefined) continue;
				answeredAt = clock.now();
				const building = deployment.status === 'BUILDING' || statuses.get(service) === 'building';
				if (PAST_BUILD.has(deployment.status)) built.add(service);
				statuses.set(service, spoken(deployment));
				if (service === step.showBuild && building) await showBuild?.(deployment.id, signal);
				const meaning = MEANING[deployment.status];
				if (meaning === 'failed')
					throw await failed(
						run,
						service,
						deployment,
						{ message: step.failures[service], built: built.has(service), asked: step.asked },
						signal,
					);
				if (meaning !== 'ready') continue;
				left.delete(service);
				for (const warning of deployment.warnings ?? []) run.buildWarnings.add(warning);
			}
			if (left.size === 0) return true;
			report(seen());
			return undefined;
		},
	});
	return undefined;
};

async function current(run: Run, service: string, signal: AbortSignal): Promise<PlatformDeployment | undefined> {
	const started = run.deployments.get(service);
	if (started === undefined) return undefined;
	const deployment = await platformOf(run).deployment(started.id, signal);
	run.deployments.set(service, { id: started.id, status: deployment.status });
	return deployment;
}

function spoken({ status }: PlatformDeployment): string {
	const word = status.toLowerCase().replace('_', ' ');
	return MEANING[status] === 'blocked' ? `${word}; see it on Railway` : word;
}

async function failed(
	run: Run,
	service: string,
	deployment: PlatformDeployment,
	{ message, built, asked }: { message: string | undefined; built: boolean; asked: Asked | undefined },
	signal: AbortSignal,
): Promise<DeployToolError> {
	const logs = await failureLogs(platformOf(run), deployment.id, signal);
	return new DeployToolError('deployment-failed', `${message ?? `${service} failed`}: ${deployment.status}`, {
		fault: 'app',
		detail: logs,
		next: built ? nextBuilt(asked) : 'Correct what the log shows, then run the command again.',
	});
}
