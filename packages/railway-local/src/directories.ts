import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildsFolder } from './builds-folder.ts';

export type Directories = ReturnType<typeof openDirectories>;

/** Where a platform keeps what; nothing of it is readable by other users. */
export function openDirectories(dir: string, env: Readonly<Record<string, string | undefined>>) {
	const root = resolve(dir);
	mkdirSync(root, { recursive: true, mode: 0o700 });
	const builds = buildsFolder(root, env);
	const paths = {
		root,
		state: join(root, 'state.json'),
		uploads: join(root, 'uploads'),
		snapshots: join(root, 'snapshots'),
		deployments: join(builds, 'deployments'),
		dependencies: join(builds, 'dependencies'),
		logs: join(root, 'logs'),
		network: join(root, 'network'),
		processes: join(root, 'processes'),
		data: join(root, 'data'),
		commands: join(root, 'commands'),
	};
	const { state: _file, ...folders } = paths;
	for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
	// The folder often stands in the project that is deployed: neither a commit nor an upload may take it along.
	for (const name of ['.gitignore', '.railwayignore']) writeFileSync(join(root, name), '*\n');
	return paths;
}
