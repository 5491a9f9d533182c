import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export async function startBackend(): Promise<{ port: number; stop(): Promise<void> }> {
	const script = fileURLToPath(new URL('./backend.ts', import.meta.url));
	const child = spawn(process.execPath, ['--import', import.meta.resolve('jiti/register'), script], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const port = await new Promise<number>((resolve, reject) => {
		child.stdout!.once('data', (text) => resolve(Number(text)));
		child.once('exit', () => reject(new Error('the backend did not start')));
	});
	const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	return {
		port,
		stop() {
			child.kill();
			return gone;
		},
	};
}
