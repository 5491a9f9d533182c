import { checkPage as check } from 'pulse-deploy-kit/check-page';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { platformOf, routerOf } from './run.ts';

const LINES = 20;

export function checkPageStep(
	deployment: string,
	service: string,
	path: string,
	{ isActive = false }: { readonly isActive?: boolean } = {},
): Step {
	const title = `Check that ${path} of ${deployment} gives no server error`;
	const step = { kind: 'check-page', id: 'check-page', title, deployment, service, path, isActive } as const;
	return isActive ? { ...step, isVerdict: true } : step;
}

/** Through the router, as visitors ask for it: it is registered by then, and unless it `isActive`, none of them meets it yet. */
export const checkPage: Perform<'check-page'> = async (step, run, signal, report) => {
	const router = routerOf(run);
	const verdict = await check({
		path: step.path,
		id: step.deployment,
		isActive: step.isActive,
		clock: run.ports.clock,
		signal,
		ask: (version, until) => router.page(step.path, version === 'new' ? step.deployment : null, until),
		async lastLines(until) {
			const started = run.deployments.get(step.service);
			if (started === undefined) return [];
			const lines = await platformOf(run).deploymentLogs(started.id, LINES, until);
			return lines.map((line) => line.message);
		},
		tell: report,
	});
	if (verdict.kind === 'as-before') run.ports.host.notify({ level: 'warning', text: verdict.text });
	return verdict.text;
};
