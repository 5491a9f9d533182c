import type { Runtime } from '../runtime.ts';
import type { TakeUpgrade } from './upgrades.ts';

/** Offers each upgrade to the plugins, highest priority first; where none has the hook, at once. One that fails ends the connection. */
export function offerUpgrade({ app, log }: Pick<Runtime, 'app' | 'log'>): TakeUpgrade {
	const hooked = app.plugins.filter((plugin) => plugin.onUpgrade !== undefined);
	if (hooked.length === 0) return () => false;
	return async (request, socket, head) => {
		try {
			for (const plugin of hooked) if (await plugin.onUpgrade?.(request, socket, head)) return true;
			return false;
		} catch (error) {
			log.error({ err: error, path: request.url?.split('?', 1)[0] }, 'an upgrade failed');
			socket.destroy();
			return true;
		}
	};
}
