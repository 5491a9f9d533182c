import { canarySettings } from 'pulse-deploy-kit/canary/settings';
import { messageSetting } from 'pulse-deploy-kit/history/settings';
import { previewSettings } from 'pulse-deploy-kit/preview';
import { digits, flag, integer, list, oneOf, text } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { rivalSettings } from 'pulse-deploy-kit/supersede/setting';
import { parseCidrs } from './cidr.ts';
import { containerSettings } from './container.ts';
import { healthSettings } from './health-settings.ts';
import { notifyingSettings } from './notify.ts';
import { KEPT, reaperSettings } from './reaper.ts';
import { regionSetting } from './region.ts';

const count = integer({ min: 1 });

/** Documented flags, variables and defaults (spec), and ours after them. */
export const deploySettings = {
	deploymentName: {
		flag: '--deployment-name <name>',
		describe: 'name of this environment, e.g. prod',
		env: ['PULSE_AWS_DEPLOYMENT_NAME'],
		key: 'deployment_name',
		parse: text,
	},
	domain: {
		flag: '--domain <domain>',
		describe: 'domain that visitors use',
		env: ['PULSE_AWS_DOMAIN'],
		key: 'domain',
		parse: text,
	},
	serverAddress: {
		flag: '--server-address <origin>',
		describe: 'public address of the app',
		env: ['PULSE_SERVER_ADDRESS'],
		defaultText: 'https://<domain>',
		parse: text,
	},
	appFile: {
		flag: '--app-file <path>',
		describe: 'app file, relative to the build context',
		env: ['PULSE_AWS_APP_FILE'],
		default: 'main.py',
		parse: text,
	},
	webRoot: {
		flag: '--web-root <path>',
		describe: 'web root, relative to the build context',
		env: ['PULSE_AWS_WEB_ROOT'],
		default: 'web',
		parse: text,
	},
	dockerfile: {
		flag: '--dockerfile <path>',
		describe: 'Dockerfile',
		env: ['PULSE_AWS_DOCKERFILE'],
		key: 'dockerfile',
		default: 'Dockerfile',
		parse: text,
	},
	...containerSettings,
	context: {
		flag: '--context <path>',
		describe: 'build context',
		env: ['PULSE_AWS_CONTEXT'],
		default: '.',
		parse: text,
	},
	cdkBin: {
		flag: '--cdk-bin <program>',
		describe: 'deploy the baseline with this CDK program',
		env: ['PULSE_AWS_CDK_BIN'],
		defaultText: 'the installed packages',
		parse: text,
	},
	cdkWorkdir: {
		flag: '--cdk-workdir <path>',
		describe: 'folder of a CDK app of your own',
		env: ['PULSE_AWS_CDK_WORKDIR'],
		defaultText: 'the installed packages',
		parse: text,
	},
	buildArg: { flag: '--build-arg <KEY=VALUE>', repeatable: true, describe: 'Docker build argument', parse: list },
	taskEnv: { flag: '--task-env <KEY=VALUE>', repeatable: true, describe: 'variable of the tasks', parse: list },
	taskCpu: {
		flag: '--task-cpu <units>',
		describe: 'ECS CPU units',
		env: ['PULSE_AWS_TASK_CPU'],
		key: 'task_cpu',
		default: '256',
		parse: digits,
	},
	taskMemory: {
		flag: '--task-memory <MiB>',
		describe: 'ECS memory',
		env: ['PULSE_AWS_TASK_MEMORY'],
		key: 'task_memory',
		default: '512',
		parse: digits,
	},
	desiredCount: {
		flag: '--desired-count <n>',
		describe: 'tasks; more than 1 splits what they hold in memory',
		env: ['PULSE_AWS_DESIRED_COUNT'],
		key: 'desired_count',
		default: 2,
		defaultText: '2, of a container app 1',
		parse: count,
	},
	drainPollSeconds: {
		flag: '--drain-poll-seconds <s>',
		describe: 'how often tasks look at their state',
		env: ['PULSE_AWS_DRAIN_POLL_SECONDS'],
		default: 5,
		parse: count,
	},
	drainGraceSeconds: {
		flag: '--drain-grace-seconds <s>',
		describe: 'how long tasks drain at least',
		env: ['PULSE_AWS_DRAIN_GRACE_SECONDS'],
		default: 20,
		parse: integer({ min: 0 }),
	},
	metrics: {
		flag: '--metrics',
		describe: 'have its tasks publish metrics to CloudWatch, by the names of the router on Railway',
		env: ['PULSE_AWS_METRICS'],
		key: 'metrics',
		default: false,
		parse: flag,
	},
	...healthSettings,
	certificateArn: {
		flag: '--certificate-arn <arn>',
		describe: 'ACM certificate, used unchecked',
		env: ['PULSE_AWS_CERTIFICATE_ARN'],
		defaultText: 'found or requested',
		parse: text,
	},
	secret: {
		flag: '--secret <NAME=ARN>',
		repeatable: true,
		describe: 'variable of the tasks from an SSM parameter or a secret',
		parse: list,
	},
	nat: {
		flag: '--nat <kind>',
		describe: 'gateway: private subnets; none: public subnets, no NAT to pay',
		env: ['PULSE_AWS_NAT'],
		key: 'nat',
		defaultText: "the stack's, at first gateway",
		parse: oneOf('gateway', 'none'),
	},
	arch: {
		flag: '--arch <architecture>',
		describe: 'x86_64 or arm64',
		env: ['PULSE_AWS_ARCH'],
		key: 'arch',
		defaultText: "the active deployment's, at first x86_64",
		parse: oneOf('x86_64', 'arm64'),
	},
	allowedCidr: {
		flag: '--allowed-cidr <range>',
		repeatable: true,
		describe: 'IPv4 range that may reach the load balancer; 0.0.0.0/0 is everybody',
		env: ['PULSE_AWS_ALLOWED_CIDR'],
		defaultText: "the stack's, at first everybody",
		parse: parseCidrs,
	},
	idleTimeout: {
		flag: '--idle-timeout <s>',
		describe: 'when the load balancer ends a connection on which nothing is sent',
		env: ['PULSE_AWS_IDLE_TIMEOUT'],
		key: 'idle_timeout',
		defaultText: "the stack's, at first 900",
		parse: integer({ min: 1, max: 4000 }),
	},
	...canarySettings,
	...previewSettings,
	...rivalSettings,
	message: messageSetting('pulse-aws', 'PULSE_AWS_MESSAGE'),
	route53: {
		flag: '--route53',
		describe: 'write validation and alias records to Route 53 without asking; --yes alone writes none',
		default: false,
		parse: flag,
	},
	reaperScheduleMinutes: {
		flag: '--reaper-schedule-minutes <n>',
		describe: 'how often the reaper runs',
		env: ['PULSE_AWS_REAPER_SCHEDULE_MINUTES'],
		default: 1,
		defaultText: KEPT,
		parse: count,
	},
	...reaperSettings,
	...notifyingSettings,
	region: regionSetting,
} satisfies SettingTable;
