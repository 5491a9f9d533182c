import { canarySettings } from 'pulse-deploy-kit/canary/settings';
import { pagePath } from 'pulse-deploy-kit/check-page';
import { messageSetting } from 'pulse-deploy-kit/history/settings';
import { previewSettings } from 'pulse-deploy-kit/preview';
import { flag, integer, list, text } from 'pulse-deploy-kit/setting-kinds';
import type { Setting, SettingTable } from 'pulse-deploy-kit/settings';
import { rivalSettings } from 'pulse-deploy-kit/supersede/setting';
import { parseOrigin } from '../address.ts';
import { parseNewDeploymentId } from '../deployments/id.ts';
import { DEFAULT_BACKEND_PORT, MAX_REPLICAS } from '../protocol.ts';
import { containerSettings } from './container.ts';
import { stackSettings } from './stack.ts';
import { targetSettings } from './target.ts';

/** Settings that are needed before the app is loaded: none of them can come from its plugin. */
export const beforeApp = {
	appFile: {
		flag: '--app-file <path>',
		describe: 'file that creates the App, relative to the context',
		env: ['PULSE_RAILWAY_APP_FILE'],
		defaultText: 'main.py, app.ts or app.js',
		parse: text,
	},
	context: {
		flag: '--context <path>',
		describe: 'directory that is built',
		env: ['PULSE_RAILWAY_CONTEXT'],
		default: '.',
		parse: text,
	},
	deploymentId: {
		flag: '--deployment-id <id>',
		describe: 'exact id of the new deployment, also its image tag',
		defaultText: '<deployment name>-<UTC date>-<time>',
		parse: (raw: unknown) => parseNewDeploymentId(text(raw)),
	},
	buildArg: { flag: '--build-arg <KEY=VALUE>', repeatable: true, describe: 'build argument', parse: list },
	env: { flag: '--env <KEY=VALUE>', repeatable: true, describe: 'variable of the new deployment', parse: list },
	gitignore: { flag: '--no-gitignore', describe: 'upload what .gitignore excludes', default: true, parse: flag },
} satisfies SettingTable;

export const dockerfileSetting = {
	flag: '--dockerfile <path>',
	describe: 'Dockerfile, inside the context',
	env: ['PULSE_RAILWAY_DOCKERFILE'],
	plugin: 'dockerfile',
	default: 'Dockerfile',
	parse: text,
} satisfies Setting<string>;

export const deploySettings = {
	...beforeApp,
	...targetSettings,
	...stackSettings,
	deploymentName: {
		flag: '--deployment-name <name>',
		describe: 'first part of the generated id',
		env: ['PULSE_RAILWAY_DEPLOYMENT_NAME'],
		plugin: 'deploymentName',
		default: 'prod',
		parse: text,
	},
	imageRepository: {
		flag: '--image-repository <repository>',
		describe: 'build here and push there, instead of uploading the source',
		env: ['PULSE_RAILWAY_IMAGE_REPOSITORY'],
		plugin: 'imageRepository',
		parse: text,
	},
	serverAddress: {
		flag: '--server-address <origin>',
		describe: 'public address of the app',
		env: ['PULSE_SERVER_ADDRESS'],
		plugin: 'serverAddress',
		defaultText: "the app's own, else the router's domain",
		parse: (raw: unknown) => parseOrigin(text(raw)),
	},
	webRoot: {
		flag: '--web-root <path>',
		describe: 'directory of the web app, relative to the context',
		env: ['PULSE_RAILWAY_WEB_ROOT'],
		plugin: 'webRoot',
		defaultText: "the app's own for Python apps",
		parse: text,
	},
	dockerfile: dockerfileSetting,
	backendPort: {
		flag: '--backend-port <port>',
		describe: 'port that the deployment listens on',
		env: ['PULSE_RAILWAY_BACKEND_PORT'],
		default: DEFAULT_BACKEND_PORT,
		parse: integer({ min: 1, max: 65_535 }),
	},
	backendReplicas: {
		flag: '--backend-replicas <n>',
		describe: 'replicas; a page stays on the one that holds its session',
		env: ['PULSE_RAILWAY_BACKEND_REPLICAS'],
		default: 1,
		parse: integer({ min: 1, max: MAX_REPLICAS }),
	},
	...containerSettings,
	startCommand: {
		flag: '--start <command>',
		describe: 'start command of the deployment',
		env: ['PULSE_RAILWAY_START'],
		key: 'start',
		plugin: 'startCommand',
		defaultText: "`pulse run` for a Pulse app, the Dockerfile's own for a container app",
		parse: text,
	},
	railwayBin: {
		flag: '--railway-bin <path>',
		describe: 'upload by this Railway CLI',
		env: ['PULSE_RAILWAY_BIN'],
		parse: text,
	},
	healthPath: {
		flag: '--health-path <path>',
		describe:
			'page that must give no server error before visitors are sent to the deployment; of a container app the health check, which takes 200',
		env: ['PULSE_RAILWAY_HEALTH_PATH'],
		plugin: 'healthPath',
		default: '/',
		parse: pagePath,
	},
	pageCheck: {
		flag: '--no-page-check',
		describe: 'ask for no page, only whether the deployment is healthy',
		env: ['PULSE_RAILWAY_PAGE_CHECK'],
		default: true,
		parse: flag,
	},
	...canarySettings,
	...previewSettings,
	...rivalSettings,
	message: messageSetting('pulse-railway', 'PULSE_RAILWAY_MESSAGE'),
	keepFailed: { flag: '--keep-failed', describe: 'leave a failed deployment in place', default: false, parse: flag },
} satisfies SettingTable;
