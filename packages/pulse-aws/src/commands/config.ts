import { type ConfigReport, configReport } from 'pulse-deploy-kit/config-report';
import { appToDeploy } from '../config/app-to-deploy.ts';
import type { Typed } from '../config/deploy.ts';
import { deploySettings } from '../config/deploy-settings.ts';

/** Every setting with what it is and who says so, as `deploy` reads them. Asks nothing of AWS. */
export async function config(typed: Typed): Promise<ConfigReport> {
	return configReport(deploySettings, await appToDeploy(typed));
}
