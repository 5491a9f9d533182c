import { previewAddress } from 'pulse-deploy-kit/preview';
import type { Run } from '../steps/run.ts';

/** Keys and types as documented: every value is text. */
export interface DeployResult {
	readonly deployment_id: string;
	readonly service_arn: string;
	readonly target_group_arn: string;
	readonly task_def_arn: string;
	readonly image_uri: string;
	readonly cluster_name: string;
	readonly alb_dns_name: string;
	readonly marked_draining_count: string;
	readonly certificate_arn: string;
	readonly domain_ready: string;
	readonly domain_proxied: string;
	/** Of a preview: its name, the one address that leads there, and until when, Unix seconds. */
	readonly preview?: string;
	readonly preview_address?: string;
	readonly preview_until?: string;
	/** Percent of new visitors that it gets as a canary; only where it is one. */
	readonly canary_percent?: string;
	/** Records of Route 53 as they were before this deploy replaced them, one a line; only where it did. */
	readonly dns_replaced?: string;
}

function previewOf({ id, request, preview }: Run): Partial<DeployResult> {
	if (preview === null || request === null) return {};
	return {
		preview: preview.name,
		preview_address: previewAddress(request.task.env.PULSE_SERVER_ADDRESS ?? `https://${request.domain}`, id),
		preview_until: String(preview.until / 1000),
	};
}

export function resultOf(run: Run): DeployResult {
	const text = (flag: boolean | undefined) => (flag === true ? 'True' : 'False');
	return {
		deployment_id: run.id,
		service_arn: run.target?.serviceArn ?? '',
		target_group_arn: run.target?.targetGroupArn ?? '',
		task_def_arn: run.taskDefinitionArn ?? '',
		image_uri: run.imageUri ?? '',
		cluster_name: run.baseline?.clusterName ?? '',
		alb_dns_name: run.baseline?.albDnsName ?? '',
		marked_draining_count: String(run.draining.length),
		certificate_arn: run.certificateArn ?? '',
		domain_ready: text(run.routing?.ready),
		domain_proxied: text(run.routing?.proxied),
		...previewOf(run),
		...(run.request?.canary === undefined ? {} : { canary_percent: String(run.request.canary.share / 100) }),
		...(run.replacedRecords.length > 0 ? { dns_replaced: run.replacedRecords.join('\n') } : {}),
	};
}
