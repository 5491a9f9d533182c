export { DeployToolError as DeploymentError } from 'pulse-deploy-kit/errors';
export type { Host, HostChoice, HostMessage, HostQuestion } from 'pulse-deploy-kit/host';
export {
	type ApiContext,
	type DeployedOnAws,
	type DeployRunOptions,
	deploy,
	type LogsOptions,
	logs,
	type PlaceOptions,
	type ReapOptions,
	type RollbackOptions,
	reap,
	rollback,
	status,
	type TeardownOptions,
	teardown,
	type VerifyOptions,
	verify,
} from './api.ts';
export { type PromoteOptions, promote } from './api-canary.ts';
export { type ConfigOptions, config } from './api-config.ts';
export { type DoctorOptions, doctor } from './api-doctor.ts';
export { type EnsureOptions, ensure } from './api-ensure.ts';
export { type HistoryOptions, history } from './api-history.ts';
export { type DrainOptions, drain, type RecallOptions, recall } from './api-leave.ts';
export { type DeployLockOptions, lock } from './api-lock.ts';
export { type OpenOptions, open, whoami } from './api-open.ts';
export type { DeployOptions } from './config/api.ts';
export {
	type ContainerConfig,
	DockerBuild,
	HealthCheckConfig,
	ReaperConfig,
	TaskConfig,
} from './config/api-options.ts';
export { AWSECSPlugin, type AWSECSPluginOptions } from './plugin/aws-ecs-plugin.ts';
