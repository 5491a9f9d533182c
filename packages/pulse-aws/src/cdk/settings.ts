import { z } from 'zod';

/** Raise it whenever the template changes; the reaper's code counts by itself. */
export const BASELINE_VERSION = '1.12.0';
/** Part of the logical ids of rules: another one would have CloudFormation make each again beside itself, which EC2 refuses. */
export const BASELINE_CONSTRUCT = 'Baseline';
export const VERSION_TAG = 'pulse-cf-version';
export const SETTINGS_TAG = 'pulse-settings';

/**
 * Fifteen minutes, as long as Railway's edge lets a connection be quiet: an event stream or a websocket that has nothing to
 * say, a slow answer, and the socket of a tab in the background stay; a connection whose client is gone without a word does
 * not hold a deployment that drains for longer.
 */
export const DEFAULT_IDLE_TIMEOUT_SECONDS = 900;

/** What a baseline stack is made of. Each field is one `-c` context value of the CDK app, in the names of its documentation. */
export interface BaselineSettings {
	readonly deploymentName: string;
	readonly certificateArn: string;
	/** IPv4 ranges that may reach the load balancer; empty: every address. */
	readonly allowedCidrs: readonly string[];
	/** `gateway`: tasks in private subnets behind a NAT gateway. `none`: in public subnets behind a closed security group. */
	readonly nat: 'gateway' | 'none';
	/** When the load balancer ends a connection on which nothing is sent. */
	readonly idleTimeoutSeconds: number;
	/** SSM parameters and Secrets Manager secrets that tasks may be given. */
	readonly secretArns: readonly string[];
	readonly reaperScheduleMinutes: number;
	readonly reaperMaxAgeHours: number;
	readonly reaperDeploymentTimeoutHours: number;
	readonly rollbackWindowSeconds: number;
	readonly rollbackKeep: number;
	readonly verificationSalt: string;
	readonly verificationToken: string;
}

export function toContext(settings: BaselineSettings): Record<string, string> {
	return {
		deployment_name: settings.deploymentName,
		certificate_arn: settings.certificateArn,
		allowed_ingress_cidrs: settings.allowedCidrs.join(','),
		nat: settings.nat,
		idle_timeout_seconds: String(settings.idleTimeoutSeconds),
		secret_arns: settings.secretArns.join(','),
		reaper_schedule_minutes: String(settings.reaperScheduleMinutes),
		reaper_max_age_hours: String(settings.reaperMaxAgeHours),
		reaper_deployment_timeout: String(settings.reaperDeploymentTimeoutHours),
		rollback_window_seconds: String(settings.rollbackWindowSeconds),
		rollback_keep: String(settings.rollbackKeep),
		verification_salt: settings.verificationSalt,
		verification_token: settings.verificationToken,
	};
}

const list = z
	.string()
	.default('')
	.transform((text) => text.split(',').filter((part) => part !== ''));
const positive = z.coerce.number().positive();

const contextShape = z.object({
	deployment_name: z.string().min(1),
	certificate_arn: z.string().min(1),
	allowed_ingress_cidrs: list,
	nat: z.enum(['gateway', 'none']).default('gateway'),
	idle_timeout_seconds: positive.int().max(4000).default(DEFAULT_IDLE_TIMEOUT_SECONDS),
	secret_arns: list,
	reaper_schedule_minutes: positive.int().default(1),
	reaper_max_age_hours: positive.default(1),
	reaper_deployment_timeout: positive.default(1),
	rollback_window_seconds: z.coerce.number().int().nonnegative().default(3600),
	rollback_keep: positive.int().default(1),
	verification_salt: z.string().min(1),
	verification_token: z.string().regex(/^[0-9a-f]{16}$/),
});

/** @throws ZodError naming the context value that is missing or wrong */
export function fromContext(context: Readonly<Record<string, unknown>>): BaselineSettings {
	const values = contextShape.parse(context);
	return {
		deploymentName: values.deployment_name,
		certificateArn: values.certificate_arn,
		allowedCidrs: values.allowed_ingress_cidrs,
		nat: values.nat,
		idleTimeoutSeconds: values.idle_timeout_seconds,
		secretArns: values.secret_arns,
		reaperScheduleMinutes: values.reaper_schedule_minutes,
		reaperMaxAgeHours: values.reaper_max_age_hours,
		reaperDeploymentTimeoutHours: values.reaper_deployment_timeout,
		rollbackWindowSeconds: values.rollback_window_seconds,
		rollbackKeep: values.rollback_keep,
		verificationSalt: values.verification_salt,
		verificationToken: values.verification_token,
	};
}
