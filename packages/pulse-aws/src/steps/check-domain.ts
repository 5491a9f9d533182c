import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { LOCKED_QUESTION_MS } from 'pulse-deploy-kit/host';
import { judgeRouting, type Routing } from '../domain/routing.ts';
import { aliases, offerRecords } from './dns-records.ts';
import { made, type Run } from './run.ts';

/** Contract A9.3. */
const LOOK_AGAIN = {
	text: 'Look again?',
	answers: { again: [''], skip: ['skip'], cancel: ['cancel', 'c', 'quit', 'q'] },
	// Without a person one look is all, and the deploy has succeeded all the same.
	default: 'skip',
	yes: 'skip',
	// It is live, and may have to be rolled back.
	budgetMs: LOCKED_QUESTION_MS,
} as const;
const PAUSE_MS = 2000;

/** The deployment is live whatever this finds; it tells whether visitors find it. */
export async function checkDomain(run: Run, signal: AbortSignal): Promise<string> {
	const { host, clock } = run.session;
	const { domain } = made(run.request, 'the request');
	const baseline = made(run.baseline, 'the baseline');
	let routing = await look(run, signal);
	if (!routing.ready && !routing.proxied) {
		const wanted = aliases(domain, baseline.albDnsName, baseline.albHostedZoneId);
		const written = await offerRecords(run, domain, `an alias of ${domain}`, wanted, signal).catch(interrupted);
		if (written) routing = await look(run, signal);
	}
	while (!routing.ready) {
		host.notify({
			level: 'warning',
			text: `${routing.explanation} Point it there: ${domain} CNAME ${baseline.albDnsName}`,
		});
		const answer = await host.choose(LOOK_AGAIN).catch(interrupted);
		if (answer === 'cancel') throw cancelled();
		if (answer === 'skip') break;
		await clock.sleep(PAUSE_MS, signal);
		routing = await look(run, signal);
	}
	run.routing = routing;
	return routing.explanation;
}

async function look(run: Run, signal: AbortSignal): Promise<Routing> {
	const baseline = made(run.baseline, 'the baseline');
	const query = {
		domain: made(run.request, 'the request').domain,
		loadBalancer: baseline.albDnsName,
		verificationToken: baseline.verificationToken,
	};
	return judgeRouting(await run.session.lookAtDomain(query, signal));
}

/** Not the host's own words: by now something was changed. */
function interrupted(cause: unknown): never {
	throw isDeployToolError(cause) && cause.code === 'cancelled' ? cancelled(cause) : cause;
}

function cancelled(cause?: unknown): DeployToolError {
	return new DeployToolError('cancelled', 'Deployment cancelled by user', {
		fault: 'user',
		detail: 'It is live; only whether the domain leads to it was not looked at any more.',
		cause,
	});
}
