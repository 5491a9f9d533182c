export { DeployToolError as DeploymentError } from 'pulse-deploy-kit/errors';
export type { Host, HostChoice, HostMessage, HostQuestion } from 'pulse-deploy-kit/host';
export { type DeployedOnAws, type DeployRunOptions, deploy } from './api.ts';
export type { DeployOptions } from './config/api.ts';
export { DockerBuild, HealthCheckConfig, ReaperConfig, TaskConfig } from './config/api-options.ts';
export { AWSECSPlugin, type AWSECSPluginOptions } from './plugin/aws-ecs-plugin.ts';
