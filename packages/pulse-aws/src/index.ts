export { AWSECSPlugin, type AWSECSPluginOptions } from './plugin/aws-ecs-plugin.ts';
