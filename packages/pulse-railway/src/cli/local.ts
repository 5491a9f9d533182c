import { resolveSettings } from 'pulse-deploy-kit/settings';
import { localDir, localDirSetting, localDownSettings, localLogsSettings, localUpSettings } from '../config/local.ts';
import { OWN_BIN } from '../config/own-bin.ts';
import { withLocalPlatform } from './local-package.ts';

export const localUp = withLocalPlatform({
	description: 'Stays in the foreground until Ctrl-C, which stops every service; the state is kept for the next time.',
	settings: localUpSettings,
	examples: ['pulse-railway local up --detach --node-modules node_modules', 'pulse-railway local up --containers'],
	changes: false,
	async run({ flags, env, cwd, host, signal, print, json }) {
		const { values } = resolveSettings(localUpSettings, { flags, env });
		const { runUp } = await import('pulse-railway-local/command/up');
		const dir = localDir(cwd, values.dir);
		const nodeModules = values.nodeModules === undefined ? undefined : localDir(cwd, values.nodeModules);
		return runUp({ ...values, command: OWN_BIN, dir, nodeModules }, { env, host, signal, print, json });
	},
});

export const localStatus = withLocalPlatform({
	settings: localDirSetting,
	examples: ['pulse-railway local status', 'pulse-railway local status --json'],
	changes: false,
	async run({ flags, env, cwd }) {
		const { values } = resolveSettings(localDirSetting, { flags, env });
		const [{ describeRunning }, { showDescription }] = await Promise.all([
			import('pulse-railway-local/command/running'),
			import('pulse-railway-local/command/show'),
		]);
		const description = await describeRunning(localDir(cwd, values.dir));
		return { json: description, text: showDescription(description) };
	},
});

export const localLogs = withLocalPlatform({
	settings: localLogsSettings,
	examples: ['pulse-railway local logs pulse-router --follow', 'pulse-railway local logs --build'],
	changes: false,
	async run({ flags, args, env, cwd, signal, print, json }) {
		const { values } = resolveSettings(localLogsSettings, { flags, env });
		const dir = localDir(cwd, values.dir);
		const { followLogs, lineText } = await import('pulse-railway-local/command/follow-logs');
		const lines: object[] = [];
		await followLogs(
			{ ...values, dir, service: args[0] ?? null, kind: values.build ? 'build' : 'deploy' },
			(line) => {
				if (json && !values.follow) lines.push(line);
				else print(json ? JSON.stringify(line) : lineText(line));
			},
			signal,
		);
		return { json: values.follow ? undefined : lines, exitCode: values.follow ? 130 : 0 };
	},
});

export const localDown = withLocalPlatform({
	settings: localDownSettings,
	examples: ['pulse-railway local down', 'pulse-railway local down --purge --yes'],
	changes: true,
	async run({ flags, env, cwd, host, signal, dryRun }) {
		const { values } = resolveSettings(localDownSettings, { flags, env });
		const { runDown } = await import('pulse-railway-local/command/down');
		return runDown({ dir: localDir(cwd, values.dir), purge: values.purge, dryRun, env }, host, signal);
	},
});
