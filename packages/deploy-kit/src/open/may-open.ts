import type { Invocation } from '../command.ts';

/**
 * Whether a browser would show where the operator looks. On a machine that was reached by SSH it would show on that machine's
 * own screen, unless that passes windows on; in a pipe the address itself is what is wanted.
 */
export function mayOpen(
	{ env, terminal, json }: Pick<Invocation, 'env' | 'terminal' | 'json'>,
	platform: NodeJS.Platform,
): boolean {
	const has = (...names: string[]) => names.some((name) => (env[name] ?? '') !== '');
	if (json || !terminal || has('CI')) return false;
	const windows = has('DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME');
	if (has('SSH_CONNECTION', 'SSH_TTY')) return platform === 'linux' && windows;
	return platform === 'darwin' || platform === 'win32' || windows;
}
