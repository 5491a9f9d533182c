import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { SourceTree, Step, StepOf } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { platformOf, type Run, serviceId } from './run.ts';

/** For the deployment to show after the Railway CLI has ended. */
const SHOW_BUDGET_MS = 60_000;

export function uploadStep(service: string, source: SourceTree): Step {
	const details = [`from ${source.context}, ${source.dockerfile}`];
	return { kind: 'upload', id: 'upload', title: 'Upload the source', details, service, source };
}

export const upload: Perform<'upload'> = (step, run, signal, report) =>
	step.source.railwayBin === undefined
		? uploadArchive(step, run, signal, report)
		: runRailwayUp(step, step.source.railwayBin, run, signal);

async function uploadArchive(step: StepOf<'upload'>, run: Run, signal: AbortSignal, report: Report): Promise<string> {
	report('packing');
	let reported = 0;
	const archive = await run.ports.pack(step.source, signal);
	try {
		const { deploymentId } = await platformOf(run).upload(serviceId(run, step.service), archive, signal, (sent) => {
			// In CI each report is a line of the log.
			const tenths = Math.floor((10 * sent) / archive.bytes);
			if (tenths > reported) report(`${size(sent)} of ${size(archive.bytes)}`);
			reported = tenths;
		});
		run.deployments.set(step.service, { id: deploymentId, status: null });
		return size(archive.bytes);
	} finally {
		await archive.dispose();
	}
}

async function runRailwayUp(step: StepOf<'upload'>, bin: string, run: Run, signal: AbortSignal): Promise<string> {
	const id = serviceId(run, step.service);
	const target = run.target ?? { projectId: '', environmentId: '' };
	const latest = async (signal: AbortSignal) =>
		(await platformOf(run).observe(signal)).services.find((service) => service.id === id)?.latestDeployment;
	// Placing a service in its group may have made one, which has nothing to run (docs/platform-facts/railway.md §2.7).
	const before = (await latest(signal))?.id;
	const { deploymentId } = await run.ports.railwayUp({ bin, source: step.source, serviceId: id, ...target }, signal);
	if (deploymentId !== null) {
		run.deployments.set(step.service, { id: deploymentId, status: null });
		return 'by the Railway CLI';
	}
	const deployment = await waitFor({
		what: `the deployment of ${step.service} to show`,
		budgetMs: SHOW_BUDGET_MS,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			const found = await latest(signal);
			return found && found.id !== before ? found : undefined;
		},
	});
	run.deployments.set(step.service, { id: deployment.id, status: deployment.status });
	return 'by the Railway CLI';
}

function size(bytes: number): string {
	return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
