import { soak } from './soak.ts';

const seconds = Number(process.argv[2] ?? 600);
const started = performance.now();
const result = await soak({
	seconds,
	promoteEvery: 5,
	restartStoreEvery: 60,
	handOverEvery: 30,
	onEvent: (text) =>
		process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`),
});
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exitCode = result.failed + result.wrong + result.socketsLost === 0 ? 0 : 1;
