import { pagePath } from 'pulse-deploy-kit/check-page';
import { flag, integer, text } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { DEFAULT_HEALTH_PATH } from '../protocol.ts';

/** When a deployment is healthy, and whether that is waited for. */
export const healthSettings = {
	healthCheckPath: {
		flag: '--health-check-path <path>',
		describe: 'health check of the load balancer; of a container app it is that of the sidecar',
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
		parse: integer({ min: 1 }),
	},
	healthBudget: {
		flag: '--health-budget <s>',
		describe: 'how long to wait for healthy targets',
		env: ['PULSE_AWS_HEALTH_BUDGET'],
		default: 300,
		parse: integer({ min: 1, max: 86_400 }),
	},
	healthPath: {
		flag: '--health-path <path>',
		describe:
			'page that must give no server error before visitors are sent to the deployment; of a container app the health check, which takes less than 400',
		env: ['PULSE_AWS_HEALTH_PATH'],
		key: 'health_path',
		default: '/',
		parse: pagePath,
	},
	pageCheck: {
		flag: '--no-page-check',
		describe: 'ask for no page, only whether the deployment is healthy',
		env: ['PULSE_AWS_PAGE_CHECK'],
		default: true,
		parse: flag,
	},
} satisfies SettingTable;
