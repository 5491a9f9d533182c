import { CancelledError, type DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { LOCKED_QUESTION_MS } from 'pulse-deploy-kit/host';
import { unlessAborted } from 'pulse-deploy-kit/unless-aborted';
import { judgeRouting, type Routing } from '../domain/routing.ts';
import type { Step } from '../plan/step.ts';
import { aliases, offerRecords } from './dns-records.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** Contract A9.3. */
const LOOK_AGAIN = {
	text: 'Look again?',
	answers: { again: [''], skip: ['skip'], cancel: ['cancel', 'c', 'quit', 'q'] },
	// Without a person one look is all, and the deploy has succeeded all the same.
	default: 'skip',
	yes: 'skip',
	// It is live, and may have to be torn down.
	budgetMs: LOCKED_QUESTION_MS,
} as const;
const PAUSE_MS = 2000;

export function checkDomainStep(): Step {
	return {
		kind: 'check-domain',
		id: 'check-domain',
		title: 'Check that the domain leads to the load balancer',
		section: 'Domain',
	};
}

/** The deployment is live whatever this finds; it tells whether visitors find it. */
export const checkDomain: Perform<'check-domain'> = async (_step, run, signal) => {
	const { host, clock } = run.session;
	const { domain } = made(run.request, 'the request');
	const baseline = made(run.baseline, 'the baseline');
	let replacedRecords = run.replacedRecords;
	let routing = await look(run, signal);
	if (!routing.ready && !routing.proxied) {
		const wanted = aliases(domain, baseline.albDnsName, baseline.albHostedZoneId);
		const offered = await offerRecords(run, domain, `an alias of ${domain}`, wanted, signal).catch(interrupted);
		replacedRecords = [...replacedRecords, ...offered.replaced];
		if (offered.there) routing = await look(run, signal);
	}
	while (!routing.ready) {
		host.notify({
			level: 'warning',
			text: `${routing.explanation} Point it there: ${domain} CNAME ${baseline.albDnsName}`,
		});
		const answer = await unlessAborted(host.choose(LOOK_AGAIN), signal).catch(interrupted);
		if (answer === 'cancel') throw cancelled();
		if (answer === 'skip') break;
		await clock.sleep(PAUSE_MS, signal);
		routing = await look(run, signal);
	}
	return { text: routing.explanation, learnt: { routing, replacedRecords } };
};

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
	return new CancelledError('Deployment cancelled by user', {
		detail: 'It is live; only whether the domain leads to it was not looked at any more.',
		cause,
	});
}
