import { appendFileSync, readFileSync } from 'node:fs';
import { openComments } from './github.mjs';
import { pullRequestOf, readInputs } from './inputs.mjs';
import { commentText, errorText, fenced, isSuperseded, madeOf, markOf, planText } from './report.mjs';
import { commandOf, runTool } from './tool.mjs';

/** What `action.yml` runs: plan, comment, command, comment. Its exit code is the command's. */

const { env } = process;
const cwd = process.cwd();
const log = (text) => void process.stdout.write(text);

function fail(error) {
	log(`::error::${oneLine(error instanceof Error ? error.message : String(error))}\n`);
	process.exit(1);
}

/** As the runner reads the text of its commands. */
const oneLine = (text) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

function eventOf(path) {
	try {
		return JSON.parse(readFileSync(path, 'utf8'));
	} catch {
		return null;
	}
}

/** The deploy is what counts: a comment that cannot be written is a warning. */
function teller(inputs) {
	const number = pullRequestOf(eventOf(env.GITHUB_EVENT_PATH));
	if (!inputs.comments || number === null || inputs.token === '') return async () => {};
	const { GITHUB_API_URL: api = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
	const mark = markOf(inputs, env.GITHUB_JOB ?? '');
	const runUrl = `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${repository}/actions/runs/${env.GITHUB_RUN_ID ?? ''}`;
	const commit = eventOf(env.GITHUB_EVENT_PATH)?.pull_request?.head?.sha ?? env.GITHUB_SHA ?? '';
	return async (known) => {
		try {
			const comments = openComments({ api, repository, number, token: inputs.token });
			await comments.write(mark, commentText(mark, { command: inputs.command, commit, runUrl, ...known }));
		} catch (error) {
			log(`::warning::The pull request was not told: ${oneLine(error.message)}\n`);
		}
	};
}

async function main() {
	const inputs = readInputs(env);
	const command = commandOf(cwd, inputs);
	const tell = teller(inputs);
	const run = (...more) => runTool(command, [...inputs.args, ...more], { cwd, env, log });

	const planned = await run('--dry-run', '--json');
	if (planned.code !== 0) return ended(planned, null, tell);
	const plan = planText(planned.json);
	log(`${plan}\n`);
	await tell({ plan });
	return ended(await run('--yes', '--json'), plan, tell);
}

async function ended({ code, json }, plan, tell) {
	if (isSuperseded({ code, json })) return superseded(errorText(json, code));
	const made = code === 0 ? madeOf(json) : null;
	const error = made === null ? errorText(json, code) : undefined;
	if (error !== undefined) log(`::error::${oneLine(error)}\n`);
	else output({ 'deployment-id': made.id, address: made.address });
	if (env.GITHUB_STEP_SUMMARY) {
		const lines = error === undefined ? [`Deployment ${fenced(made.id)}`, fenced(made.address)] : [fenced(error)];
		appendFileSync(env.GITHUB_STEP_SUMMARY, `${lines.join('\n\n')}\n`);
	}
	await tell({ plan, ...(made === null ? { error } : { made }) });
	return code === 0 && made === null ? 1 : code;
}

/** The later run writes the comment of this job too, and may have done so: it is left alone. */
function superseded(text) {
	log(`::notice::${oneLine(text)}\n`);
	output({ superseded: 'true' });
	if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${fenced(text)}\n`);
	return 0;
}

/** A value with a line break would set another output. */
function output(values) {
	if (!env.GITHUB_OUTPUT) return;
	for (const [name, value] of Object.entries(values)) {
		if (!/[\r\n]/.test(value)) appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`);
	}
}

main().then((code) => process.exit(code), fail);
