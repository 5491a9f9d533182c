import type { Host } from 'pulse-deploy-kit/host';
import { type Plan, renderPlan } from '../plan/step.ts';

/** Before anything is changed, and before whoever is there is asked. */
export function showPlan(host: Host, plan: Plan): void {
	host.notify({ level: 'section', text: 'Plan' });
	host.notify({ level: 'info', text: renderPlan(plan) });
}
