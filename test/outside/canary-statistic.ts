/**
 * SciPy agrees with the statistic by which a canary is halted: Fisher's noncentral hypergeometric distribution over the
 * central one. Needs Python with scipy (pip install scipy). `jiti test/outside/canary-statistic.ts`
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { evidenceOf } from '../../packages/deploy-kit/src/canary/evidence.ts';

if (spawnSync('python3', ['-c', 'import scipy']).status !== 0) {
	process.stdout.write('Skipped: there is no Python with scipy on this machine (pip install scipy).\n');
	process.exit(0);
}

/** As the statistic mixes them. */
const ODDS = [1.5, 2, 3, 5, 10, 30];

/** Repeatable: the minimal standard generator. */
let state = 20_261_128;
const upTo = (most: number) => {
	state = (state * 48_271) % 2_147_483_647;
	return state % (most + 1);
};

const cases = Array.from({ length: 600 }, (_, at) => {
	const [canary, active] = [10 + upTo(at < 300 ? 20 : 400), 10 + upTo(at < 300 ? 200 : 5_000)];
	const [bad, worse] = [upTo(Math.min(active, 40)), upTo(Math.min(canary, 15))];
	const stretch = { canary: { trials: canary, failures: worse }, active: { trials: active, failures: bad } };
	return { canary: [canary, worse], active: [active, bad], odds: ODDS, ours: evidenceOf(stretch, ODDS) };
});
const script = fileURLToPath(new URL('./canary-statistic.py', import.meta.url));
const { status, stdout, stderr } = spawnSync('python3', [script], { input: JSON.stringify(cases), encoding: 'utf8' });
if (status !== 0) throw new Error(stderr);
const { worst, mean } = JSON.parse(stdout) as { worst: number; mean: [number, number] };
const agrees = worst < 1e-6 && Math.abs(mean[0] - 1) < 1e-6 && Math.abs(mean[1] - 1) < 1e-6;
process.stdout.write(
	`${cases.length} stretches at ${ODDS.length} odds: SciPy differs by ${worst.toExponential(1)} at most, mean under equality ${mean.map((one) => one.toFixed(6)).join(' to ')}: ${agrees ? 'agrees' : 'DIFFERS'}\n`,
);
process.exitCode = agrees ? 0 : 1;
