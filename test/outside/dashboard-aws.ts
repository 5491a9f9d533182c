/**
 * What `pulse-aws dashboard` reads and does, over the wire of an AWS that was not made here: moto deploys two versions, the
 * page is told of them, and a rollback is planned, asked about and carried out by it. Needs Python, for moto.
 *
 *     npm run build && npx jiti test/outside/dashboard-aws.ts
 */
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { asked, NAME } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { openDashboard } from '../../packages/pulse-aws/src/commands/testing/open-dashboard.ts';
import { startMoto } from '../aws/moto.ts';
import { motoSession } from '../aws/moto-session.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const PATIENCE_MS = 120_000;
const moto = await startMoto();
if ('missing' in moto) {
	process.stdout.write(`Skipped: ${moto.missing}.\n`);
	process.exit(0);
}
// The CDK makes its own clients, which read nothing but the environment.
Object.assign(process.env, {
	AWS_ENDPOINT_URL: moto.url,
	AWS_ACCESS_KEY_ID: 'test',
	AWS_SECRET_ACCESS_KEY: 'test',
	AWS_EC2_METADATA_DISABLED: 'true',
});
const { url } = moto;
const verdict = new Verdict();
const stop = new AbortController();
try {
	const made = async () =>
		(await deploy(motoSession(url, Array<boolean>(10).fill(true)).session, await asked())).result?.deployment_id ?? '';
	const [one, two] = [await made(), await made()];
	const { page: opened, ended } = await openDashboard(motoSession(url).session, NAME, stop.signal);
	const page = await opened();
	await until('the page to be told', () => page.view()?.activeId === two, PATIENCE_MS);
	const { versions, back, history } = page.view();
	verdict.report(
		'the versions',
		`${two} active, ${one} draining`,
		versions.map(({ id, state }) => `${id} ${state}`).join(', '),
	);
	verdict.report('what each costs is known', 'yes', versions.every(({ cost }) => cost !== null) ? 'yes' : 'no');
	verdict.report('the way back', one, back.id);
	verdict.report('what happened last', `activated ${two}`, `${history[0]?.event} ${history[0]?.deployment_id}`);
	verdict.report('an order is taken', '202', String(await page.post('/actions', { verb: 'rollback' })));
	type Asked = { key: string; question: { number: number } | null; outcome: string | null } | undefined;
	const action = () => page.last.action as Asked;
	const { key, question } = await until('the question', () => (action()?.question ? action() : null), PATIENCE_MS);
	await page.post('/actions/answer', { key, question: question?.number, yes: true });
	const outcome = await until('the end', () => action()?.outcome, PATIENCE_MS);
	verdict.report('the rollback', `${one} is active again.`, outcome);
	const shown = await until('the page to show it', () => page.view().activeId === one, PATIENCE_MS);
	verdict.report('the page shows it', 'true', String(shown));
	stop.abort();
	await ended;
} finally {
	stop.abort();
	await moto.stop();
}
verdict.close('All right.');
