import { expect, test } from 'vitest';
import { mayOpen } from './may-open.ts';

const at = (env: Record<string, string>, platform: NodeJS.Platform, more = {}) =>
	mayOpen({ env, terminal: true, json: false, ...more }, platform);

test.each([
	['on a Mac', {}, 'darwin', true],
	['on Windows', {}, 'win32', true],
	['on Linux with a screen', { DISPLAY: ':0' }, 'linux', true],
	['on Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
	['in WSL', { WSL_DISTRO_NAME: 'Ubuntu' }, 'linux', true],
	['on a server', {}, 'linux', false],
	['over SSH, on the screen of the other machine', { SSH_CONNECTION: '1' }, 'darwin', false],
	['over SSH that passes windows on', { SSH_TTY: '/dev/pts/0', DISPLAY: 'localhost:10' }, 'linux', true],
	['in CI', { CI: 'true', DISPLAY: ':99' }, 'linux', false],
] as const)('a browser shows where the operator looks: %s', (_, env, platform, opens) => {
	expect(at({ ...env }, platform)).toBe(opens);
});

test('a script gets the address', () => {
	expect(at({}, 'darwin', { terminal: false })).toBe(false);
	expect(at({}, 'darwin', { json: true })).toBe(false);
});
