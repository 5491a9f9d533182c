import { fuzz } from './fuzz.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const { sent, answers, hung, leaked, alive } = await fuzz(count, seed);
process.stdout.write(`${JSON.stringify({ seed, sent, answers, hung: hung.length, leaked: leaked.length, alive })}\n`);
for (const bytes of [...hung, ...leaked].slice(0, 20)) process.stdout.write(`${JSON.stringify(bytes)}\n`);
process.exitCode = alive && hung.length === 0 && leaked.length === 0 ? 0 : 1;
