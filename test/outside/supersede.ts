/**
 * `deploy --supersede` in a crowded CI, each deploy a process of the built tool, on an AWS that was not made here: moto. Those
 * that were started earlier end with exit code 75 and leave nothing there, whether they build, wait for tasks that never become
 * healthy, or begin at the same moment; one that slept (SIGSTOP) past the others ends as well, and the last one is active. Needs Python, for moto, and
 * `openssl`. Docker, the tasks and the load balancer are the judge's own, because moto has none.
 *
 *     npm run build && npx jiti test/outside/supersede.ts
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { motoClients } from 'aws-world/wire/moto-clients';
import { startMoto } from '../aws/moto.ts';
import { motoFrontDoor } from '../aws/moto-front-door.ts';
import { openProxiedNetwork } from '../support/connect-proxy.ts';
import { Verdict } from './fresh-stack.ts';
import { openGateway } from './supersede/gateway.ts';
import { leftOver } from './supersede/left-over.ts';
import { type Deploying, type Ended, Operator } from './supersede/operator.ts';
import { startTasks } from './supersede/tasks.ts';

/** A lease is renewed every 10 s; what was made is taken back by a few calls. */
const STOPS_WITHIN_MS = 20_000;
/** Longer than a lease lasts, by a process that was stopped between two of its renewals. */
const NAP_MS = 45_000;
/** Shorter than a lease lasts. */
const SHORT_NAP_MS = 15_000;
/** Of the later one: whom it has told. */
const TELLS = /^\[ok\] Stop .* told to/;
const BUILDS = /^\[ok\] Pin requests /;
const WAITS = /^\s+Wait until .* is healthy \(0 of 1/;

const moto = await startMoto();
if ('missing' in moto) {
	process.stdout.write(`Skipped: ${moto.missing}.\n`);
	process.exit(0);
}
const aws = motoClients(moto.url);
const frontDoor = motoFrontDoor(aws);
const network = await openProxiedNetwork(['*.us-east-1.elb.amazonaws.com'], (incoming, response) => {
	frontDoor.get(incoming.url ?? '/', new AbortController().signal).then(
		({ status, body }) => response.writeHead(status).end(body),
		() => response.destroy(),
	);
});
const gateway = await openGateway(moto.url);
const operator = new Operator(gateway.url, network.proxy);
const verdict = new Verdict();
const over = new AbortController();
const sick = new Set<string>();
const tasks = startTasks(aws, (arn) => [...sick].some((id) => arn.includes(id)), over.signal);

/** The deployment that answers new visitors. */
async function active(): Promise<string> {
	const { body } = await frontDoor.get('/', new AbortController().signal);
	return String((JSON.parse(body) as { deployment_id?: string }).deployment_id);
}

async function superseded(what: string, early: Deploying, ended: Ended): Promise<void> {
	verdict.report(`${what}: how it ends`, '75 superseded', `${ended.code} ${ended.error}`);
	if (ended.code !== 75) process.stdout.write(`${ended.text}\n`);
	verdict.report(`${what}: what is left of it`, '', (await leftOver(aws, await early.id)).join(', '));
}

async function won(what: string, late: Deploying): Promise<void> {
	const { code, text } = await late.ended;
	verdict.report(`${what}: how it ends`, '0', String(code));
	if (code !== 0) process.stdout.write(`${text}\n`);
	verdict.report(`${what}: who is active`, await late.id, await active());
}

async function within(what: string, late: Deploying, ended: Ended): Promise<void> {
	const took = ended.at - (await late.says(TELLS));
	verdict.report(
		`${what}: ends within ${STOPS_WITHIN_MS / 1000} s`,
		'yes',
		took <= STOPS_WITHIN_MS ? 'yes' : `${took} ms`,
	);
	process.stdout.write(`     it took ${(took / 1000).toFixed(1)} s\n`);
}

async function whileItBuilds(): Promise<void> {
	const early = operator.deploy('--supersede');
	await early.says(BUILDS);
	const late = operator.deploy('--supersede');
	late.build();
	const ended = await early.ended;
	await within('one that builds', late, ended);
	await superseded('one that builds', early, ended);
	await won('the later one', late);
}

/** Without `--supersede` itself: that is asked of the later one alone. */
async function whileItWaitsForTasks(): Promise<void> {
	const early = operator.deploy();
	sick.add(await early.id);
	early.build();
	await early.says(WAITS);
	const late = operator.deploy('--supersede');
	late.build();
	const ended = await early.ended;
	await within('one whose tasks are sick', late, ended);
	await superseded('one whose tasks are sick', early, ended);
	await won('the one after it', late);
}

/** Both with the flag, from the same moment on: the one that takes its id first ends. */
async function atOnce(): Promise<void> {
	const both = [operator.deploy('--supersede'), operator.deploy('--supersede')];
	const ids = await Promise.all(both.map(({ id }) => id));
	for (const one of both) one.build();
	const [early, late] = (ids[0] ?? '') < (ids[1] ?? '') ? both : both.toReversed();
	if (early === undefined || late === undefined) return;
	await superseded('the first of two at once', early, await early.ended);
	await won('the second of two at once', late);
}

/** A laptop's lid that is closed for a moment: it wakes before its lease has lapsed, which the later one waits to see. */
async function briefly(): Promise<void> {
	const sleeper = operator.deploy('--supersede');
	await sleeper.says(BUILDS);
	sleeper.child.kill('SIGSTOP');
	const late = operator.deploy('--supersede');
	late.build();
	await sleep(SHORT_NAP_MS);
	sleeper.child.kill('SIGCONT');
	await superseded('one that slept for a moment', sleeper, await sleeper.ended);
	await won('the one after the short sleeper', late);
}

/**
 * A runner that is paused for longer than a lease lasts: the others take it for killed and clean up (contract R8.15), so that it
 * cannot know who took its place. It must see that before it writes anything.
 */
async function pastTheOthers(): Promise<void> {
	const sleeper = operator.deploy('--supersede');
	await sleeper.says(BUILDS);
	sleeper.child.kill('SIGSTOP');
	sleeper.build();
	const early = operator.deploy('--supersede');
	await early.says(BUILDS);
	const late = operator.deploy('--supersede');
	late.build();
	await superseded('one beside a sleeper', early, await early.ended);
	await won('the last of three', late);
	await sleep(NAP_MS);
	sleeper.child.kill('SIGCONT');
	const { code, error } = await sleeper.ended;
	verdict.report('one that slept past the others: how it ends', '1 lock-lost', `${code} ${error}`);
	verdict.report(
		'one that slept past the others: what is left',
		'',
		(await leftOver(aws, await sleeper.id)).join(', '),
	);
	verdict.report('who is active once it woke', await late.id, await active());
}

try {
	const first = operator.deploy();
	first.build();
	await won('the first', first);
	const all = [...new Set(await leftOver(aws, await first.id))].sort().join(', ');
	verdict.report(
		'all that is looked for is found of it',
		'owner, rule, service, state, target group, task definition',
		all,
	);
	await whileItBuilds();
	await whileItWaitsForTasks();
	await atOnce();
	await briefly();
	await pastTheOthers();
} finally {
	over.abort();
	await tasks;
	operator.close();
	gateway.close();
	await network.close();
	await moto.stop();
}
verdict.close('Each deploy that another took the place of ended with 75, and nothing of it was left.');
