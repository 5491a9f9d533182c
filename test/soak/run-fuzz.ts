import { fuzzPages } from '../../packages/pulse-edge/src/testing/fuzz-pages.ts';
import { fuzzRequestHeads } from '../../packages/pulse-edge/src/testing/fuzz-request-heads.ts';
import { fuzz } from './fuzz.ts';
import { fuzzResponses } from './fuzz-responses.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const { sent, answers, hung, leaked, smuggled, alive } = await fuzz(count, seed);
const found = { hung: hung.length, leaked: leaked.length, smuggled: smuggled.length };
process.stdout.write(`${JSON.stringify({ fuzzed: 'requests', seed, sent, answers, ...found, alive })}\n`);
// Each waits for its backend to give up, so they are fewer.
const responses = await fuzzResponses(Math.ceil(count / 20), seed);
const { poisoned, left } = responses;
process.stdout.write(`${JSON.stringify({ fuzzed: 'responses', seed, ...responses, poisoned: poisoned.length })}\n`);
const heads = await fuzzRequestHeads(count, seed);
process.stdout.write(`${JSON.stringify({ fuzzed: 'heads', seed, ...heads, differing: heads.differing.length })}\n`);
const pages = fuzzPages(count, seed);
process.stdout.write(`${JSON.stringify({ fuzzed: 'pages', seed, ...pages, differing: pages.differing.length })}\n`);
const bad = [...heads.differing, ...pages.differing, ...hung, ...leaked, ...smuggled, ...poisoned];
for (const bytes of bad.slice(0, 20)) process.stdout.write(`${JSON.stringify(bytes)}\n`);
process.exitCode = alive && bad.length === 0 && left === 0 && !responses.answers.hung ? 0 : 1;
