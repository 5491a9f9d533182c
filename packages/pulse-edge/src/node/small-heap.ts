import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the heap may grow by until the old space is collected again, percent. Less costs CPU. */
const GROWING_PERCENT = 20;

/**
 * What a handshake leaves behind is dead once its websocket is idle, but V8 lets it stay: while sockets arrive it grows its
 * young space to 32 MB, and it looks at the old one when that is many times what a router needs. With a young space of the
 * first size, and a limit that starts from what lives now, an idle socket costs 13 KB and not 22 (Node 20; 16 and not 25
 * on Node 24), a small request 3 % more CPU at most (`npm run bench`). Set here, because a command line would reach only
 * those who start the router by ours. Only flags that V8 reads anew at each collection may be set so late: others crash
 * it. One that a later V8 does not know is told of on stderr and changes nothing.
 */
export function keepHeapSmall(): void {
	setFlagsFromString('--semi-space-growth-factor=1');
	setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
	setFlagsFromString('--expose-gc');
	const collect: unknown = runInNewContext('globalThis.gc');
	setFlagsFromString('--no-expose-gc');
	if (typeof collect === 'function') collect();
}
