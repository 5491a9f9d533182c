import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';

/** What `--help` of pulse-railway 0.1.0 and 0.3.13 lists, both together. Scripts pass them, so each is taken. */
const FLAGS: Readonly<Record<string, string>> = {
	init: 'app-file backend-port drain-grace-seconds environment-id janitor-cron-schedule janitor-image max-drain-age-seconds project-id project-name redis-prefix redis-url router-image router-replicas service-prefix token workspace-id',
	deploy:
		'app-file backend-port backend-replicas build-arg context deployment-id deployment-name dockerfile env environment environment-id image-repository no-gitignore project project-id server-address service-prefix token web-root workspace workspace-id',
	delete:
		'deployment-id environment environment-id keep-active-variable project project-id redis-prefix redis-service redis-url service service-prefix token workspace workspace-id',
	remove:
		'deployment-name environment environment-id keep-active-variable project project-id redis-prefix redis-service redis-url service service-prefix token workspace workspace-id',
	'janitor run':
		'drain-grace-seconds drain-ttl-seconds environment-id janitor-service max-drain-age-seconds project-id redis-prefix redis-service redis-url service service-prefix token',
	redeploy:
		'deployment-id environment environment-id project project-id service service-prefix token workspace workspace-id',
	scaffold:
		'drain-ttl-seconds environment environment-id janitor-cron-schedule project project-id redis-prefix redis-url router-replicas token workspace workspace-id',
	ensure:
		'drain-ttl-seconds environment environment-id janitor-cron-schedule project project-id redis-prefix redis-url router-replicas token workspace workspace-id',
};

describe('flags of the Python tools', () => {
	it.each(Object.entries(FLAGS))('%s takes every one of them', async (name, flags) => {
		const spec = await commands.find((command) => command.name === name)?.load();
		const settings = Object.values(spec?.settings ?? {});
		const taken = new Set(settings.flatMap(({ flag, alias }) => [flag, alias]).map((flag) => flag?.split(' ')[0]));
		expect(flags.split(' ').filter((flag) => !taken.has(`--${flag}`))).toEqual([]);
	});
});
