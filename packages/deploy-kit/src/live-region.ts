import { createLogUpdate } from 'log-update';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

/** The steps under way, redrawn in place below the lines that stay. For terminals only. */
export interface LiveRegion {
	/** Shows or rewords a step under way. */
	set(id: string, text: string): void;
	remove(id: string): void;
	/** Prints lines above the region, where they stay. */
	print(text: string): void;
	/** Takes the region off the screen; the next `set` brings it back. */
	clear(): void;
}

export function liveRegion(stream: NodeJS.WriteStream): LiveRegion {
	// With the cursor shown nothing hooks process signals to restore it.
	const update = createLogUpdate(stream, { showCursor: true });
	const steps = new Map<string, string>();
	let frame = 0;
	let timer: NodeJS.Timeout | undefined;

	const draw = () => {
		const spinner = FRAMES[frame++ % FRAMES.length];
		update([...steps.values()].map((text) => `${spinner} ${text}`).join('\n'));
	};
	const rest = () => {
		clearInterval(timer);
		timer = undefined;
		update.clear();
	};
	return {
		set(id, text) {
			steps.set(id, text);
			timer ??= setInterval(draw, FRAME_MS).unref();
			draw();
		},
		remove(id) {
			steps.delete(id);
			if (steps.size === 0) rest();
			else draw();
		},
		print(text) {
			update.clear();
			stream.write(`${text}\n`);
			if (steps.size > 0) draw();
		},
		clear() {
			steps.clear();
			rest();
		},
	};
}
