import { ask } from './safe-reload.ts';

let told = false;

/** The version of a container app's page is gone. A page that holds the event sees to it itself. */
export function gone(): void {
	if (told) return;
	told = true;
	// Not all tabs at once.
	if (dispatchEvent(new Event('pulse:gone', { cancelable: true })))
		setTimeout(() => ask('gone'), Math.random() * 2_000);
}
