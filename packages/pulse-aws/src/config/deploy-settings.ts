import { flag, integer, list, text } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { DEFAULT_HEALTH_PATH } from '../protocol.ts';
import { parseCidrs } from './cidr.ts';
import { oneOf } from './kinds.ts';
import { reaperSettings } from './reaper.ts';
import { regionSetting } from './region.ts';

const count = integer({ min: 1 });

/** Documented flags, variables and defaults (spec), and ours after them. */
export const deploySettings = {
	deploymentName: {
		flag: '--deployment-name <name>',
		describe: 'name of this environment, e.g. prod',
		env: ['PULSE_AWS_DEPLOYMENT_NAME'],
		parse: text,
	},
	domain: { flag: '--domain <domain>', describe: 'domain that visitors use', env: ['PULSE_AWS_DOMAIN'], parse: text },
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
		default: 'Dockerfile',
		parse: text,
	},
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
		defaultText: 'built in',
		parse: text,
	},
	cdkWorkdir: {
		flag: '--cdk-workdir <path>',
		describe: 'folder of a CDK app of your own',
		env: ['PULSE_AWS_CDK_WORKDIR'],
		defaultText: 'built in',
		parse: text,
	},
	buildArg: { flag: '--build-arg <KEY=VALUE>', repeatable: true, describe: 'Docker build argument', parse: list },
	taskEnv: { flag: '--task-env <KEY=VALUE>', repeatable: true, describe: 'variable of the tasks', parse: list },
	taskCpu: {
		flag: '--task-cpu <units>',
		describe: 'ECS CPU units',
		env: ['PULSE_AWS_TASK_CPU'],
		default: '256',
		parse: text,
	},
	taskMemory: {
		flag: '--task-memory <MiB>',
		describe: 'ECS memory',
		env: ['PULSE_AWS_TASK_MEMORY'],
		default: '512',
		parse: text,
	},
	desiredCount: {
		flag: '--desired-count <n>',
		describe: 'tasks',
		env: ['PULSE_AWS_DESIRED_COUNT'],
		default: 2,
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
	healthCheckPath: {
		flag: '--health-check-path <path>',
		describe: 'health check of the load balancer',
		env: ['PULSE_AWS_HEALTH_CHECK_PATH'],
		default: DEFAULT_HEALTH_PATH,
		parse: text,
	},
	healthCheckInterval: {
		flag: '--health-check-interval <s>',
		describe: 'seconds between health checks',
		env: ['PULSE_AWS_HEALTH_CHECK_INTERVAL'],
		default: 30,
		parse: integer({ min: 5, max: 300 }),
	},
	healthCheckTimeout: {
		flag: '--health-check-timeout <s>',
		describe: 'seconds until a health check has failed',
		env: ['PULSE_AWS_HEALTH_CHECK_TIMEOUT'],
		default: 5,
		parse: integer({ min: 2, max: 120 }),
	},
	healthyThreshold: {
		flag: '--healthy-threshold <n>',
		describe: 'successes to be healthy again',
		env: ['PULSE_AWS_HEALTHY_THRESHOLD'],
		default: 2,
		parse: integer({ min: 2, max: 10 }),
	},
	unhealthyThreshold: {
		flag: '--unhealthy-threshold <n>',
		describe: 'failures to be unhealthy',
		env: ['PULSE_AWS_UNHEALTHY_THRESHOLD'],
		default: 3,
		parse: integer({ min: 2, max: 10 }),
	},
	// Both forms are documented. The plain one comes first: else commander takes the negated one as given.
	waitForHealthPlain: { flag: '--wait-for-health', describe: 'the default', parse: flag },
	waitForHealth: {
		flag: '--no-wait-for-health',
		describe: 'switch without waiting until the deployment is healthy',
		env: ['PULSE_AWS_WAIT_FOR_HEALTH'],
		default: true,
		parse: flag,
	},
	minHealthyTargets: {
		flag: '--min-healthy-targets <n>',
		describe: 'healthy targets to wait for, at most the desired count',
		env: ['PULSE_AWS_MIN_HEALTHY_TARGETS'],
		default: 2,
		parse: count,
	},
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
		default: 'gateway',
		parse: oneOf('gateway', 'none'),
	},
	arch: {
		flag: '--arch <architecture>',
		describe: 'x86_64 or arm64',
		env: ['PULSE_AWS_ARCH'],
		default: 'x86_64',
		parse: oneOf('x86_64', 'arm64'),
	},
	allowedCidr: {
		flag: '--allowed-cidr <range>',
		repeatable: true,
		describe: 'IPv4 range that may reach the load balancer',
		defaultText: 'everybody',
		parse: parseCidrs,
	},
	route53: {
		flag: '--route53',
		describe: 'write validation and alias records to Route 53 without asking',
		default: false,
		parse: flag,
	},
	reaperScheduleMinutes: {
		flag: '--reaper-schedule-minutes <n>',
		describe: 'how often the reaper runs',
		env: ['PULSE_AWS_REAPER_SCHEDULE_MINUTES'],
		default: 1,
		parse: count,
	},
	...reaperSettings,
	region: regionSetting,
} satisfies SettingTable;
