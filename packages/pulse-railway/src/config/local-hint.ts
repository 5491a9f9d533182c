import { readFileSync } from 'node:fs';
import { localDir, localDirSetting } from './local.ts';

export interface Whereabouts {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
}

/** For who has no token yet: the way to a local platform, or to the one that runs already and is not known to this shell. */
export function localHint({ env, cwd }: Whereabouts): string {
	const named = env.PULSE_RAILWAY_LOCAL_DIR?.trim();
	const flag = named === undefined || named === '' ? '' : ` --dir ${named}`;
	const up = `eval "$(pulse-railway local up --detach${flag})"`;
	if (!isRunning(localDir(cwd, named || localDirSetting.dir.default))) return `To try it without an account: ${up}`;
	return `A local platform runs here: ${up} makes it known to this shell, and pulse-railway local status shows its projects.`;
}

/** For who names no project: where they are listed, and what makes one. */
export function projectHint({ env, cwd }: Whereabouts): string {
	const isLocal = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(env.PULSE_RAILWAY_API_URL ?? '');
	const list = isLocal ? 'pulse-railway local status shows those of the local platform; ' : '';
	const away = !isLocal && env.PULSE_RAILWAY_API_URL === undefined ? ` ${localHint({ env, cwd })}` : '';
	return `${list}pulse-railway init makes one and prints what to export.${away}`;
}

function isRunning(dir: string): boolean {
	try {
		const { pid, apiUrl } = JSON.parse(readFileSync(`${dir}/platform.json`, 'utf8')) as {
			pid: number;
			apiUrl: string | null;
		};
		return apiUrl !== null && process.kill(pid, 0);
	} catch {
		return false;
	}
}
