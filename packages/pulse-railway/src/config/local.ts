import { resolve } from 'node:path';
import { flag, integer, oneOf, text } from 'pulse-deploy-kit/setting-kinds';
import type { Setting } from 'pulse-deploy-kit/settings';

export const DEFAULT_LOCAL_DIR = '.pulse/local';

export const localDirSetting = {
	dir: {
		flag: '--dir <path>',
		describe: 'folder of the platform: state, uploads, logs',
		env: ['PULSE_RAILWAY_LOCAL_DIR'],
		default: DEFAULT_LOCAL_DIR,
		parse: text,
	},
};

/** Settings of `local up`. */
export const localUpSettings = {
	...localDirSetting,
	port: {
		flag: '--port <port>',
		describe: 'port of the API on 127.0.0.1; 0 is the one it had before, else any free one',
		default: 0,
		parse: integer({ min: 0, max: 65_535 }),
	},
	nodeModules: {
		flag: '--node-modules <dir>',
		describe: 'link this node_modules into builds instead of installing',
		parse: text,
	} as Setting<string>,
	buildCommand: {
		flag: '--build-command <command>',
		describe: 'run this for every source instead of the RUN lines of its Dockerfile; true builds nothing',
		parse: text,
	} as Setting<string>,
	containers: {
		flag: '--containers',
		describe: 'build and run the real image of an app that has a Dockerfile, by Docker or Podman on this machine',
		default: false,
		parse: flag,
	},
	redis: {
		flag: '--redis <kind>',
		describe: 'server, sqlite, or auto: a server when redis-server 7 or newer is on the PATH',
		default: 'auto' as 'auto' | 'server' | 'sqlite',
		parse: oneOf('auto', 'server', 'sqlite'),
	},
	cronScale: {
		flag: '--cron-scale <factor>',
		describe: 'how many times faster cron schedules run',
		default: 1,
		parse: integer({ min: 1, max: 3_600 }),
	},
	detach: {
		flag: '--detach',
		describe: 'return once it is ready and leave it running',
		default: false,
		parse: flag,
	},
};

/** Settings of `local logs`. */
export const localLogsSettings = {
	...localDirSetting,
	follow: { flag: '--follow', describe: 'go on printing what is added', default: false, parse: flag },
	build: { flag: '--build', describe: 'the build log instead of the output', default: false, parse: flag },
	lines: {
		flag: '--lines <count>',
		describe: 'lines of each service to begin with',
		default: 100,
		parse: integer({ min: 1, max: 5_000 }),
	},
};

/** Settings of `local down`. */
export const localDownSettings = {
	...localDirSetting,
	purge: { flag: '--purge', describe: 'remove the state as well, after asking', default: false, parse: flag },
};

export const localDir = (cwd: string, dir: string): string => resolve(cwd, dir);
